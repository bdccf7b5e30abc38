import type { Logs, SettledEntry, StoredEntry } from './logs.ts';
import { judge } from './oracle.ts';

const settled = (place: number): SettledEntry => ({
  requestId: `req_${place}`,
  keyId: 'key_1',
  tokens: 30,
  costPicoUsd: 500n,
  usageSource: 'provider',
});

const stored = (place: number): StoredEntry => ({
  requestId: `req_${place}`,
  keyId: 'key_1',
  tag: `tag-${place}`,
  status: 200,
  tokens: 30,
  costPicoUsd: 500n,
});

/** Two requests that went well. */
const clean: Logs = {
  clients: [0, 1].map((place) => ({
    tag: `tag-${place}`,
    keyId: 'key_1',
    requestId: `req_${place}`,
    status: 200,
    end: 'finished' as const,
    code: null,
  })),
  served: [0, 1].map((place) => ({
    tag: `tag-${place}`,
    status: 200,
    outcome: 'finished',
    tokens: 30,
    costPicoUsd: 500n,
  })),
  settled: [settled(0), settled(1)],
  stored: [stored(0), stored(1)],
  windows: [{ windowId: 'win_1', hard: true, limit: 1_000n, settled: 1_000n, granted: 0n }],
  rollUps: [{ keyId: 'key_1', requests: 2, costPicoUsd: 1_000n }],
  differences: [],
};

const kindsIn = (logs: Partial<Logs>): readonly string[] => [
  ...new Set(judge({ ...clean, ...logs }).map(({ kind }) => kind)),
];

describe('the oracle', () => {
  it('finds nothing where all four agree', () => {
    expect(judge(clean)).toEqual([]);
  });

  it('asks nothing of refusals, nor of requests that nobody answered', () => {
    const refused = { tag: 'tag-9', keyId: 'key_1', requestId: null, end: 'none' as const };
    const clients = [429, 503, 0].map((status) => ({ ...refused, status, code: null }));
    expect(kindsIn({ clients: [...clean.clients, ...clients] })).toEqual([]);
  });

  it('catches a lost charge: served and answered, neither settled nor stored', () => {
    const logs = {
      settled: [settled(0)],
      stored: [stored(0)],
      rollUps: [{ keyId: 'key_1', requests: 1, costPicoUsd: 500n }],
    };
    expect(kindsIn(logs)).toEqual(['lost']);
    expect(kindsIn({ ...logs, clients: [] })).toEqual(['lost']);
  });

  it('catches a charge that the ledger lost and the store has', () => {
    expect(kindsIn({ settled: [settled(0)] })).toEqual(['lost', 'not settled']);
  });

  it('catches a row that the store lost', () => {
    const rollUps = [{ keyId: 'key_1', requests: 1, costPicoUsd: 500n }];
    expect(kindsIn({ stored: [stored(0)], rollUps, clients: [], served: [] })).toContain(
      'not stored',
    );
  });

  it.each([
    ['settled twice under one id', { settled: [settled(0), settled(1), settled(1)] }],
    [
      'settled under two ids',
      {
        settled: [settled(0), settled(1), { ...settled(2) }],
        stored: [stored(0), stored(1), { ...stored(2), tag: 'tag-1' }],
        rollUps: [{ keyId: 'key_1', requests: 3, costPicoUsd: 1_500n }],
      },
    ],
    [
      'stored twice',
      {
        stored: [stored(0), stored(1), stored(1)],
        rollUps: [{ keyId: 'key_1', requests: 3, costPicoUsd: 1_500n }],
      },
    ],
  ])('catches a doubled charge: %s', (_name, logs) => {
    expect(kindsIn(logs)).toContain('doubled');
  });

  it('catches roll-ups that counted a row twice', () => {
    const rollUps = [{ keyId: 'key_1', requests: 3, costPicoUsd: 1_500n }];
    expect(kindsIn({ rollUps })).toEqual(['wrong amount']);
  });

  it.each([
    ['ledger and store differ', { settled: [settled(0), { ...settled(1), costPicoUsd: 499n }] }],
    ['tokens differ', { stored: [stored(0), { ...stored(1), tokens: 31 }] }],
    [
      'ledger and provider differ',
      {
        settled: [settled(0), { ...settled(1), costPicoUsd: 600n }],
        stored: [stored(0), { ...stored(1), costPicoUsd: 600n }],
        rollUps: [{ keyId: 'key_1', requests: 2, costPicoUsd: 1_100n }],
      },
    ],
    [
      'a whole answer is charged by a guess',
      { settled: [settled(0), { ...settled(1), usageSource: 'estimated' }] },
    ],
  ])('catches a wrong amount: %s', (_name, logs) => {
    expect(kindsIn(logs)).toEqual(['wrong amount']);
  });

  it('takes a guess where the client did not get the whole answer, but not none', () => {
    const clients = clean.clients.map((entry) => ({ ...entry, end: 'cut' as const }));
    const guess = { ...settled(1), usageSource: 'estimated', costPicoUsd: 300n };
    const logs = {
      clients,
      settled: [settled(0), guess],
      stored: [stored(0), { ...stored(1), costPicoUsd: 300n }],
      rollUps: [{ keyId: 'key_1', requests: 2, costPicoUsd: 800n }],
    };
    expect(kindsIn(logs)).toEqual([]);
    const free = {
      ...logs,
      settled: [settled(0), { ...guess, costPicoUsd: 0n }],
      stored: [stored(0), { ...stored(1), costPicoUsd: 0n }],
      rollUps: [{ keyId: 'key_1', requests: 2, costPicoUsd: 500n }],
    };
    expect(kindsIn(free)).toEqual(['uncharged']);
  });

  it('catches a charge for what the provider never served', () => {
    expect(kindsIn({ served: clean.served.slice(0, 1) })).toEqual(['unserved']);
  });

  it('catches what is still held, and what is overspent by one unit, of hard windows alone', () => {
    const window = { windowId: 'win_1', hard: true, limit: 1_000n, settled: 1_000n, granted: 0n };
    expect(kindsIn({ windows: [{ ...window, granted: 1n }] })).toEqual(['held']);
    expect(kindsIn({ windows: [{ ...window, settled: 1_001n }] })).toEqual(['overspent']);
    expect(kindsIn({ windows: [{ ...window, settled: 1_001n, hard: false }] })).toEqual([]);
  });

  it('passes on what the ledger finds when it recomputes its balances', () => {
    expect(kindsIn({ differences: ['window settled of win_1: stated 1, recomputed 2'] })).toEqual([
      'unbalanced',
    ]);
  });
});
