import fc from 'fast-check';
import { spacedJson } from './spaced-json.ts';
import { repeatWords, wordsOf } from './words.ts';

describe('words', () => {
  test('it guarantees that the words of a text are the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(wordsOf(text).join('')).toBe(text);
      }),
    );
  });

  test('it guarantees exactly as many words as asked for', () => {
    const word = fc.stringMatching(/^[a-z]{1,5}$/);
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), fc.nat(50), (list, count) => {
        const words = repeatWords(wordsOf(list.join(' ')), count);
        expect(words).toHaveLength(count);
        expect(wordsOf(words.join(''))).toEqual(words);
      }),
    );
  });

  test('it guarantees that spaced JSON is the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(spacedJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
