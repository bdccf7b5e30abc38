import { CATALOGUE } from '../src/index.ts';
import { FIXTURES } from './fixtures/v1.ts';

const names = Object.keys(CATALOGUE) as (keyof typeof CATALOGUE)[];

describe('the catalogue of messages', () => {
  it('has a fixture for every message', () => {
    expect(Object.keys(FIXTURES).sort()).toEqual([...names].sort());
  });

  it.each(names)("%s: today's reader parses what version 1 wrote, and keeps all of it", (name) => {
    const fixture: Readonly<Record<string, unknown>> = FIXTURES[name];
    for (const [part, value] of Object.entries(fixture)) {
      const schema = (
        CATALOGUE[name] as unknown as Readonly<Record<string, { parse(value: unknown): unknown }>>
      )[part];
      expect(schema?.parse(value)).toEqual(value);
    }
  });

  it.each(names)('%s: a reader of version 1 passes over a field that it does not know', (name) => {
    const fixture: Readonly<Record<string, unknown>> = FIXTURES[name];
    for (const [part, value] of Object.entries(fixture)) {
      const schema = (
        CATALOGUE[name] as unknown as Readonly<Record<string, { parse(value: unknown): unknown }>>
      )[part];
      expect(() => schema?.parse({ ...(value as object), addedLater: 1 })).not.toThrow();
    }
  });

  it('gives each message a subject of its own, versioned and without wildcards', () => {
    const subjects = names.map((name) => CATALOGUE[name].subject);
    expect(new Set(subjects).size).toBe(subjects.length);
    for (const subject of subjects) expect(subject).toMatch(/^tollgate\.[a-z-]+\.[a-z-]+\.v\d+$/);
  });
});
