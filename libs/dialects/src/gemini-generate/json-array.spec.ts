import fc from 'fast-check';
import { GeminiJsonArray } from './json-array.ts';

const framed = (...events: readonly string[]): string => {
  const array = new GeminiJsonArray();
  return Buffer.concat([
    ...events.map((event) => array.push(Buffer.from(event))),
    array.end(),
  ]).toString();
};

describe('GeminiJsonArray', () => {
  it('guarantees one array of what the events say', () => {
    fc.assert(
      fc.property(fc.array(fc.json()), fc.constantFrom('\n\n', '\r\n\r\n'), (values, end) => {
        const events = values.map((value) => `data: ${value}${end}`);
        const expected = values.map((value) => JSON.parse(value));
        expect(JSON.parse(framed(...events))).toEqual(expected);
        expect(JSON.parse(framed(events.join('')))).toEqual(expected);
      }),
    );
  });

  it('guarantees that heartbeats and events over several lines do no harm', () => {
    const text = framed(
      ': hi\n\n',
      'data: {\ndata: "a":1}\n\n',
      ': hi\n\n',
      'data: {"error":2}\n\n',
    );
    expect(JSON.parse(text)).toEqual([{ a: 1 }, { error: 2 }]);
    expect(JSON.parse(framed())).toEqual([]);
  });
});
