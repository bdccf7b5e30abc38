import fc from 'fast-check';
import { scanTopLevel } from './scan.ts';

const LIMITS = { maxDepth: 100 };
const scan = (text: string, limits = LIMITS) => scanTopLevel(Buffer.from(text), limits);

/** JSON text with random white space between tokens. */
function spacious(value: unknown, spaces: readonly string[]): string {
  let next = 0;
  const space = () => spaces[next++ % Math.max(spaces.length, 1)] ?? '';
  return JSON.stringify(value, null, 1).replace(/\n */g, () => space());
}

const spaces = fc.array(fc.constantFrom('', ' ', '\t', '\r\n', ' \n '), { maxLength: 8 });
const object = fc.dictionary(
  fc.string({ unit: 'binary' }).filter((key) => key !== '__proto__'),
  fc.jsonValue({ maxDepth: 6 }),
  { noNullPrototype: true, maxKeys: 40 },
);

function hasProtoKey(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, inner]) => key === '__proto__' || hasProtoKey(inner));
}

describe('scanTopLevel', () => {
  it('guarantees that the members are the ones that JSON.parse sees', () => {
    fc.assert(
      fc.property(object, spaces, (value, between) => {
        fc.pre(!hasProtoKey(value));
        const text = spacious(value, between);
        const bytes = Buffer.from(text);
        const scanned = scanTopLevel(bytes, LIMITS);
        if (!scanned.ok) throw new Error(`${scanned.reason} at ${scanned.offset}: ${text}`);
        const seen = scanned.members.map(({ key, valueStart, valueEnd }) => [
          key,
          JSON.parse(bytes.toString('utf8', valueStart, valueEnd)),
        ]);
        expect(new Map(seen as [string, unknown][])).toEqual(
          new Map(Object.entries(JSON.parse(text))),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('guarantees that any bytes get an answer, and that members agree wherever JSON.parse accepts them', () => {
    const soup = fc
      .array(
        fc.constantFrom(
          '{',
          '}',
          '[',
          ']',
          '"',
          ':',
          ',',
          '\\',
          'a',
          '1',
          ' ',
          'true',
          '"k"',
          '"k":1',
        ),
        {
          maxLength: 30,
        },
      )
      .map((tokens) => `{${tokens.join('')}}`);
    fc.assert(
      fc.property(fc.oneof(soup, fc.string({ unit: 'binary' })), (text) => {
        const scanned = scan(text);
        let parsed: unknown;
        try {
          parsed = JSON.parse(text);
        } catch {
          return;
        }
        const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
        if (!isObject) expect(scanned).toMatchObject({ ok: false, reason: 'not_an_object' });
        else if (scanned.ok)
          expect(scanned.members.map((m) => m.key).sort()).toEqual(
            Object.keys(parsed as object).sort(),
          );
        else expect(['duplicate_key', 'forbidden_key']).toContain(scanned.reason);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['{"model":"a","model":"b"}', 'duplicate_key', 'model'],
    ['{"model":"a","mod\\u0065l":"b"}', 'duplicate_key', 'model'],
    ['{"__proto__":{}}', 'forbidden_key', '__proto__'],
    ['{"a":[{"__proto__":1}]}', 'forbidden_key', '__proto__'],
    ['{"a":{"\\u005f_proto__" : 1}}', 'forbidden_key', '__proto__'],
    [
      `{"a":{"${'__proto__'.replace(/./g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`)}":1}}`,
      'forbidden_key',
      '__proto__',
    ],
  ])('guarantees that %s is refused', (text, reason, key) => {
    expect(scan(text)).toMatchObject({ ok: false, reason, key });
  });

  it('guarantees that a text that speaks of __proto__ is no key', () => {
    expect(scan('{"a":"__proto__","b":["__proto__",{"x__proto__":"__proto__"}]}').ok).toBe(true);
  });

  it.each([
    ['', 'not_an_object'],
    ['[]', 'not_an_object'],
    ['\ufeff{}', 'not_an_object'],
    ['{}x', 'malformed'],
    ['{"a":1}{"a":2}', 'malformed'],
    ['{"a":1', 'malformed'],
    ['{"a":}', 'malformed'],
    ['{"a"}', 'malformed'],
    ['{"a":1,}', 'malformed'],
    ['{"a":"x', 'malformed'],
    [`{"a":"${'x'.repeat(100)}\\"}`, 'malformed'],
  ])('guarantees that %j is refused', (text, reason) => {
    expect(scan(text)).toMatchObject({ ok: false, reason });
  });

  it('guarantees that nesting is bounded, whatever follows', () => {
    expect(scan(`{"a":${'['.repeat(99)}${']'.repeat(99)}}`)).toMatchObject({
      ok: true,
      depth: 100,
    });
    expect(scan(`{"a":${'['.repeat(100)}${']'.repeat(100)}}`)).toMatchObject({
      reason: 'too_deep',
    });
    expect(scan(`{"a":${'['.repeat(100_000)}`)).toMatchObject({ reason: 'too_deep' });
  });

  it('guarantees that the number of values and of members is bounded', () => {
    expect(
      scan(`{"a":[${'1,'.repeat(20)}1]}`, { maxDepth: 5, maxValues: 10 } as typeof LIMITS),
    ).toMatchObject({
      reason: 'too_many_values',
    });
    const many = Array.from({ length: 300 }, (_, i) => `"k${i}":1`).join(',');
    expect(scan(`{${many}}`)).toMatchObject({ reason: 'too_many_members' });
  });

  it('guarantees that long strings full of escapes are read right', () => {
    const text = '\\"'.repeat(5000) + '"quoted\\';
    const bytes = Buffer.from(JSON.stringify({ a: text, b: 1 }));
    const scanned = scanTopLevel(bytes, LIMITS);
    expect(scanned.ok && scanned.members.map((m) => m.key)).toEqual(['a', 'b']);
  });

  it('guarantees linear time on 20 MB of the worst text', () => {
    const worst = [
      `{"a":"${'\\\\'.repeat(10_000_000)}"}`,
      `{"a":"${'\\"'.repeat(10_000_000)}"}`,
      `{"a":"${'x'.repeat(20_000_000)}"}`,
    ];
    for (const text of worst) {
      const bytes = Buffer.from(text);
      const started = performance.now();
      expect(scanTopLevel(bytes, LIMITS).ok).toBe(true);
      expect(performance.now() - started).toBeLessThan(2_000);
    }
  });
});
