import { once } from 'node:events';
import type { Call, Simulation } from '../http/call.ts';
import { sendJson } from '../http/send-json.ts';
import type { JournalFilter } from '../journal/journal.ts';
import { toEntry, type JournalRecord } from '../journal/journal-entry.ts';
import { refuseControl } from './refuse-control.ts';

/** Entries serialised in one go; the rest of a long journal follows in later turns of the event loop. */
const entriesAtOnce = 1_000;

/** `GET /_sim/journal?since=&model=&limit=`, or `?summary=1` for the counters alone. */
export async function getJournal(call: Call, simulation: Simulation): Promise<void> {
  const { journal } = simulation;
  const summary = call.query?.get('summary');
  if (summary === '1' || summary === 'true') {
    return sendJson(call.response, 200, journal.summary());
  }
  const filter = parseFilter(call.query);
  if (typeof filter === 'string') {
    return refuseControl(call, 400, `'${filter}' must be a whole number.`, filter);
  }
  const records = journal.list(filter);
  const counts = `"total":${journal.total},"dropped":${journal.dropped}`;
  await sendEntries(call, records, counts);
}

/** `DELETE /_sim/journal`: entries and counters start again at 0. */
export function deleteJournal(call: Call, simulation: Simulation): void {
  const removed = simulation.journal.total;
  simulation.journal.clear();
  sendJson(call.response, 200, { removed });
}

/** The filter, or the name of the parameter at fault. */
function parseFilter(query: URLSearchParams | null): JournalFilter | string {
  const since = wholeNumber(query?.get('since'));
  if (Number.isNaN(since)) return 'since';
  const limit = wholeNumber(query?.get('limit'));
  if (Number.isNaN(limit)) return 'limit';
  const model = query?.get('model') ?? undefined;
  return {
    ...(since === undefined ? {} : { since }),
    ...(limit === undefined ? {} : { limit }),
    ...(model === undefined ? {} : { model }),
  };
}

function wholeNumber(text: string | null | undefined): number | undefined {
  if (text === null || text === undefined) return undefined;
  return /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
}

async function sendEntries(
  call: Call,
  records: readonly JournalRecord[],
  counts: string,
): Promise<void> {
  const { response } = call;
  const closed = new AbortController();
  response.once('close', () => closed.abort());
  response.writeHead(200, { 'content-type': 'application/json' });
  response.write('{"data":[');
  for (let start = 0; start < records.length; start += entriesAtOnce) {
    const slice = records.slice(start, start + entriesAtOnce);
    const text = slice.map((record) => JSON.stringify(toEntry(record))).join(',');
    if (!response.write(start === 0 ? text : `,${text}`)) {
      await once(response, 'drain', { signal: closed.signal }).catch(() => undefined);
    }
    if (closed.signal.aborted) return;
  }
  response.end(`],${counts}}`);
}
