import { createIdFactory, ID_PREFIXES, type IdKind, isId } from './ids.ts';

const fillRandom = (bytes: Uint8Array): void => {
  crypto.getRandomValues(bytes);
};

describe('ids', () => {
  it('are unique, prefixed, and safe as one token of a subject', () => {
    const newId = createIdFactory({ now: Date.now, fillRandom });
    const made = Array.from({ length: 10_000 }, () => newId('request'));
    expect(new Set(made).size).toBe(made.length);
    for (const id of made) expect(id).toMatch(/^req_[0-9a-z]{26}$/);
  });

  it('sort by the time they were made at', () => {
    let now = 1_700_000_000_000;
    const newId = createIdFactory({ now: () => now, fillRandom });
    const made = Array.from({ length: 100 }, () => {
      now += 7;
      return newId('key');
    });
    expect([...made].sort()).toEqual(made);
  });

  it('are told apart by kind', () => {
    const newId = createIdFactory({ now: Date.now, fillRandom });
    for (const kind of Object.keys(ID_PREFIXES) as IdKind[]) {
      expect(isId(kind, newId(kind))).toBe(true);
      expect(isId(kind === 'key' ? 'route' : 'key', newId(kind))).toBe(false);
    }
    for (const text of ['req_*', 'req_a.b', 'req_', '', `req_${'A'.repeat(26)}`])
      expect(isId('request', text)).toBe(false);
  });
});
