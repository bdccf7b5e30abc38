import fc from 'fast-check';
import { parseArguments, parseWithArguments } from './exact-json.ts';

describe('JSON with arguments of tool calls', () => {
  it.each([
    '{"input":{"id":12345678901234567890,"list":[-9007199254740993,1]}}',
    '{"functionCall":{"args":{"deep":{"id":9223372036854775807}}}}',
    '{"arguments":{"id":10000000000000001}}',
  ])('is written again with every digit: %s', (text) => {
    expect(JSON.stringify(parseWithArguments(text))).toBe(text);
  });

  it('has numbers where fields are read, however long', () => {
    const value = parseWithArguments('{"seed":12345678901234567890,"input":{"n":7},"x":0.5}');
    expect(value).toEqual({ seed: 12_345_678_901_234_567_890, input: { n: 7 }, x: 0.5 });
  });

  it('is what JSON.parse gives where no integer is long, and keeps a member by any name', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        expect(parseWithArguments(text)).toEqual(JSON.parse(text));
        const long = `{"n":12345678901234567890,"value":${text}}`;
        expect(parseWithArguments(long)).toEqual(JSON.parse(long));
      }),
    );
    expect(
      Object.keys(Object(parseWithArguments('{"__proto__":{"a":1},"n":12345678901234567890}'))),
    ).toEqual(['__proto__', 'n']);
  });

  it('throws for what is no JSON', () => {
    expect(() => parseWithArguments('{"n":12345678901234567890')).toThrow(SyntaxError);
  });
});

describe('arguments of a tool call', () => {
  it('keep every digit', () => {
    const text = '{"id":12345678901234567890,"at":[0.1234567890123456789,9007199254740993]}';
    expect(JSON.stringify(parseArguments(text))).toBe(
      '{"id":12345678901234567890,"at":[0.12345678901234568,9007199254740993]}',
    );
  });

  it('are undefined for what is no JSON, and a number where they are one', () => {
    expect(parseArguments('{"id":1234567890123456789')).toBeUndefined();
    expect(parseArguments('12345678901234567890')).toBe(12_345_678_901_234_567_890);
  });
});
