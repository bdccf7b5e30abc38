import { samplePattern, UnsupportedPattern } from './sample-pattern.ts';

describe('samplePattern', () => {
  test.each([
    '^[A-Z]{2}\\d{3,5}$',
    '^(?:foo|bar)+-?[a-z]*$',
    '^\\+?[0-9]{1,3} \\w+$',
    '^[^a]$',
    '^(?<year>\\d{4})-(\\d{2})$',
    '^a\\.b\\/c$',
    '^[\\w.-]+@[a-z]+\\.(com|org)$',
    '^\\S+\\s\\S+$',
  ])('it guarantees text that matches %p', (pattern) => {
    expect(samplePattern(pattern)).toMatch(new RegExp(pattern));
  });

  test.each(['(?=a)b', '\\p{L}', '(a', '[a', '(a)\\1', 'a{99999}', '*'])(
    'it guarantees a clear refusal of %p',
    (pattern) => {
      expect(() => samplePattern(pattern)).toThrow(UnsupportedPattern);
    },
  );
});
