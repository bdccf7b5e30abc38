import type { ClientEntry, Logs, ServedEntry, SettledEntry, StoredEntry } from './logs.ts';

export type FindingKind =
  | 'lost'
  | 'doubled'
  | 'uncharged'
  | 'unserved'
  | 'wrong amount'
  | 'not stored'
  | 'not settled'
  | 'held'
  | 'overspent'
  | 'unbalanced'
  | 'stuck';

/** Something that must not be. */
export interface Finding {
  readonly kind: FindingKind;
  readonly text: string;
  /** Of the request, where it is lost. */
  readonly tag?: string;
}

/** Compares what clients, provider, ledger and store noted of the same requests. Empty: they agree, and nothing is held or overspent. */
export function judge(logs: Logs): readonly Finding[] {
  const books = new Books(logs);
  return [
    ...logs.clients.flatMap((entry) => judgeClient(entry, books)),
    ...[...books.servedByTag].flatMap(([tag, entries]) => judgeServed(tag, entries, books)),
    ...logs.settled.flatMap((entry) => judgeSettled(entry, books)),
    ...judgeStore(logs, books),
    ...judgeRollUps(logs),
    ...judgeWindows(logs),
    ...logs.differences.map((text) => finding('unbalanced', text)),
  ];
}

/** The logs by what they are looked up by. */
class Books {
  readonly servedByTag: ReadonlyMap<string, readonly ServedEntry[]>;
  readonly settledById: ReadonlyMap<string, readonly SettledEntry[]>;
  readonly storedById: ReadonlyMap<string, readonly StoredEntry[]>;
  readonly storedByTag: ReadonlyMap<string, readonly StoredEntry[]>;

  constructor(logs: Logs) {
    this.servedByTag = groupBy(logs.served, ({ tag }) => tag);
    this.settledById = groupBy(logs.settled, ({ requestId }) => requestId);
    this.storedById = groupBy(logs.stored, ({ requestId }) => requestId);
    this.storedByTag = groupBy(logs.stored, ({ tag }) => tag);
  }
}

/** An answer that began is recorded; one that arrived whole is what the provider served, charged as the provider counted. */
function judgeClient(entry: ClientEntry, books: Books): readonly Finding[] {
  if (entry.status !== 200) return [];
  const who = `${entry.tag} (${entry.requestId ?? 'no id'})`;
  const [settlement] = books.settledById.get(entry.requestId ?? '') ?? [];
  if (!settlement) return [lost(entry.tag, `${who} got 200 and is not settled`)];
  if (entry.end !== 'finished') return [];
  const served = books.servedByTag.get(entry.tag) ?? [];
  if (!served.some((one) => one.outcome === 'finished'))
    return [finding('unserved', `${who} got a whole answer that the provider never finished`)];
  if (settlement.usageSource !== 'provider')
    return [
      finding('wrong amount', `${who} got a whole answer, charged as ${settlement.usageSource}`),
    ];
  return [];
}

/** Whatever the provider served is settled exactly once, and is never free. */
function judgeServed(
  tag: string,
  entries: readonly ServedEntry[],
  books: Books,
): readonly Finding[] {
  const counted = entries.filter(({ status }) => status === 200);
  if (counted.length === 0) return [];
  const rows = books.storedByTag.get(tag) ?? [];
  const settlements = rows.flatMap(({ requestId }) => books.settledById.get(requestId) ?? []);
  const [settlement] = settlements;
  if (!settlement)
    return [lost(tag, `${tag} was served (${counted.map((one) => one.outcome)}), not settled`)];
  if (settlements.length > 1)
    return [finding('doubled', `${tag} has ${settlements.length} settlements`)];
  const finished = counted.filter(({ outcome }) => outcome === 'finished');
  if (finished.length > 0 && settlement.costPicoUsd === 0n)
    return [finding('uncharged', `${tag} was served whole and costs nothing`)];
  if (settlement.usageSource !== 'provider') return [];
  const isRight = counted.some((one) => one.costPicoUsd === settlement.costPicoUsd);
  if (isRight) return [];
  const costs = counted.map(({ costPicoUsd, tokens }) => `${costPicoUsd} for ${tokens} tokens`);
  return [
    finding('wrong amount', `${tag} is settled at ${settlement.costPicoUsd}, served: ${costs}`),
  ];
}

/** What was charged as the provider counted was served, and stands in the store once, at the same cost. */
function judgeSettled(entry: SettledEntry, books: Books): readonly Finding[] {
  const rows = books.storedById.get(entry.requestId) ?? [];
  const [row] = rows;
  if (!row) return [finding('not stored', `${entry.requestId} is settled, not stored`)];
  if (rows.length > 1)
    return [finding('doubled', `${entry.requestId} is stored ${rows.length} times`)];
  if ((books.settledById.get(entry.requestId) ?? []).length > 1)
    return [finding('doubled', `${entry.requestId} is settled more than once`)];
  const isSame =
    row.costPicoUsd === entry.costPicoUsd &&
    row.tokens === entry.tokens &&
    row.keyId === entry.keyId;
  if (!isSame) {
    const amounts = `settled ${entry.costPicoUsd} for ${entry.tokens}, stored ${row.costPicoUsd} for ${row.tokens}`;
    return [finding('wrong amount', `${entry.requestId}: ${amounts}`)];
  }
  const isGhost = entry.usageSource === 'provider' && !books.servedByTag.has(row.tag);
  return isGhost ? [finding('unserved', `${row.tag} is charged and was never served`)] : [];
}

function judgeStore(logs: Logs, books: Books): readonly Finding[] {
  return logs.stored
    .filter(({ requestId }) => !books.settledById.has(requestId))
    .map(({ requestId, status }) =>
      finding('not settled', `${requestId} (${status}) is stored, not settled`),
    );
}

/** Roll-ups see what is inserted, repeats too: they must say what the rows say. */
function judgeRollUps({ rollUps, stored }: Logs): readonly Finding[] {
  const byKey = groupBy(stored, ({ keyId }) => keyId);
  const said = new Map(rollUps.map((one) => [one.keyId, one]));
  return [...new Set([...byKey.keys(), ...said.keys()])].flatMap((keyId) => {
    const rows = byKey.get(keyId) ?? [];
    const cost = rows.reduce((sum, row) => sum + row.costPicoUsd, 0n);
    const told = said.get(keyId);
    if (rows.length === (told?.requests ?? 0) && cost === (told?.costPicoUsd ?? 0n)) return [];
    const text = `${keyId}: ${rows.length} rows for ${cost}, rolled up as ${told?.requests ?? 0} for ${told?.costPicoUsd ?? 0n}`;
    return [finding('wrong amount', text)];
  });
}

function judgeWindows({ windows }: Logs): readonly Finding[] {
  return windows.flatMap(({ windowId, hard, limit, settled, granted }) => [
    ...(granted === 0n ? [] : [finding('held', `${windowId} still holds ${granted}`)]),
    ...(hard && limit !== null && settled > limit
      ? [finding('overspent', `${windowId}: ${settled} of ${limit} spent`)]
      : []),
  ]);
}

const finding = (kind: FindingKind, text: string): Finding => ({ kind, text });
const lost = (tag: string, text: string): Finding => ({ kind: 'lost', text, tag });

function groupBy<T>(entries: readonly T[], keyOf: (entry: T) => string): Map<string, T[]> {
  return Map.groupBy(entries, keyOf);
}
