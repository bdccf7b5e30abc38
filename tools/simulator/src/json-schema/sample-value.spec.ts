import { z } from 'zod';
import { sampleValue, UnusableSchema } from './sample-value.ts';

type Schema = Parameters<typeof z.fromJSONSchema>[0];

const tree: Schema = {
  type: 'object',
  properties: { value: { type: 'integer' }, children: { type: 'array', items: { $ref: '#' } } },
  required: ['value', 'children'],
  additionalProperties: false,
};

const schemas: readonly (readonly [string, Schema])[] = [
  ['a string with lengths', { type: 'string', minLength: 30, maxLength: 31 }],
  ['a short string', { type: 'string', maxLength: 2 }],
  ['a pattern', { type: 'string', pattern: '^[A-Z]{3}-\\d{4}$' }],
  ['a date-time', { type: 'string', format: 'date-time' }],
  ['a uuid', { type: 'string', format: 'uuid' }],
  ['an email', { type: 'string', format: 'email' }],
  ['an integer in bounds', { type: 'integer', minimum: 10, maximum: 12 }],
  ['an integer below zero', { type: 'integer', exclusiveMaximum: -5 }],
  [
    'a number between exclusive bounds',
    { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 },
  ],
  ['a multiple', { type: 'integer', multipleOf: 5, minimum: 11 }],
  ['an enum', { enum: ['b', 'a'] }],
  ['a const', { const: 5 }],
  ['null or text', { type: ['string', 'null'] }],
  ['anyOf', { anyOf: [{ type: 'boolean' }, { type: 'null' }] }],
  [
    'allOf',
    {
      allOf: [
        { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] },
        { type: 'object', properties: { b: { type: 'integer' } }, required: ['b'] },
      ],
    },
  ],
  ['a tuple', { type: 'array', prefixItems: [{ type: 'string' }, { type: 'integer' }] }],
  ['an array of at least three', { type: 'array', items: { type: 'boolean' }, minItems: 3 }],
  ['an empty object', { type: 'object', properties: {}, additionalProperties: false }],
  ['a recursive tree', tree],
];

describe('sampleValue', () => {
  test.each(schemas)('it guarantees a valid value for %s', (_name, schema) => {
    const value: unknown = sampleValue(schema);
    expect(z.fromJSONSchema(schema).safeParse(value)).toMatchObject({ success: true });
    expect(sampleValue(schema)).toEqual(value);
  });

  test('it guarantees that recursion ends where the schema allows it', () => {
    expect(JSON.stringify(sampleValue(tree)).length).toBeLessThan(1_000);
  });

  test.each([
    ['endless', { type: 'object', properties: { self: { $ref: '#' } }, required: ['self'] }],
    ['a reference to nothing', { $ref: '#/$defs/none' }],
    ['a remote reference', { $ref: 'https://example.com/schema.json' }],
    ['an unknown type', { type: 'function' }],
    ['too many items', { type: 'array', minItems: 1e9, items: { type: 'string' } }],
    ['false', false],
  ])('it guarantees a clear refusal of a schema that is %s', (_name, schema) => {
    expect(() => sampleValue(schema)).toThrow(UnusableSchema);
  });

  test('it guarantees that a schema that doubles at each level is refused and not followed', () => {
    const levels = Object.fromEntries(
      Array.from({ length: 40 }, (_none, level) => {
        const next = { $ref: `#/$defs/l${level + 1}` };
        return [
          `l${level}`,
          { type: 'object', properties: { a: next, b: next }, required: ['a', 'b'] },
        ];
      }),
    );
    const schema = { $ref: '#/$defs/l0', $defs: { ...levels, l40: { type: 'string' } } };
    expect(() => sampleValue(schema)).toThrow(UnusableSchema);
  });
});
