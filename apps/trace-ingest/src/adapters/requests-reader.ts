import type { ClickHouse } from '@tollgate/clickhouse';
import type { RequestsAnswer, RequestsQuery } from '@tollgate/contracts';
import { type Cursor, decodeCursor, encodeCursor } from '../domain/cursor.ts';
import { type StoredRequest, STORED_REQUEST_COLUMNS, toRequestView } from './stored-request.ts';

const READ_SETTINGS = {
  max_execution_time: 10,
  max_memory_usage: '2000000000',
  readonly: '2',
} as const;

const DAY_MS = 86_400_000;
const WINDOWS_MS = [DAY_MS, 31 * DAY_MS];

/** What narrows the list, when it is asked for. Only text of this file goes into the statement. */
const FILTERS = {
  projectId: 'project_id = {projectId: String}',
  requestId: 'request_id = {requestId: String}',
  keyId: 'key_id = {keyId: String}',
  model: 'model = {model: String}',
  outcome: 'outcome = {outcome: String}',
  from: "started_at >= fromUnixTimestamp64Milli({from: Int64}, 'UTC')",
  to: "started_at < fromUnixTimestamp64Milli({to: Int64}, 'UTC')",
} as const satisfies Partial<Record<keyof RequestsQuery, string>>;

const AFTER_CURSOR = `(started_at, request_id) < (fromUnixTimestamp64Milli({cursorStartedAt: Int64}, 'UTC'), {cursorId: String})
    AND started_at <= fromUnixTimestamp64Milli({cursorStartedAt: Int64}, 'UTC')`;

/**
 * A page of one organization's requests, newest first; requests of one millisecond in the order of their ids, so that
 * pages neither repeat nor leave out any.
 * @throws ClickHouseFailure
 */
export async function readRequests(
  clickhouse: ClickHouse,
  question: RequestsQuery,
): Promise<RequestsAnswer> {
  const cursor = question.cursor === null ? undefined : decodeCursor(question.cursor);
  if (question.cursor !== null && cursor === undefined) return { outcome: 'bad_cursor' };
  const rows = await newestRows(clickhouse, question, cursor);
  const page = rows.slice(0, question.limit);
  const last = page.at(-1);
  return {
    outcome: 'found',
    requests: page.map(toRequestView),
    nextCursor:
      rows.length > page.length && last
        ? encodeCursor({ startedAt: last.started_at_ms, id: last.request_id })
        : null,
  };
}

/** Looks at the last day first, then at the last month: most pages are full by then, and little was read. */
async function newestRows(
  clickhouse: ClickHouse,
  question: RequestsQuery,
  cursor: Cursor | undefined,
): Promise<readonly StoredRequest[]> {
  const newest = cursor?.startedAt ?? question.to ?? Date.now();
  const starts = question.requestId === null ? WINDOWS_MS.map((ms) => newest - ms) : [];
  const earliest = question.from ?? Number.NEGATIVE_INFINITY;
  for (const from of starts.filter((start) => start > earliest)) {
    const rows = await query(clickhouse, { ...question, from }, cursor);
    if (rows.length > question.limit) return rows;
  }
  return query(clickhouse, question, cursor);
}

function query(
  clickhouse: ClickHouse,
  question: RequestsQuery,
  cursor: Cursor | undefined,
): Promise<readonly StoredRequest[]> {
  return clickhouse.query<StoredRequest>(sqlOf(question, cursor), {
    params: paramsOf(question, cursor),
    settings: READ_SETTINGS,
  });
}

function sqlOf(question: RequestsQuery, cursor: Cursor | undefined): string {
  const filters: string[] = filterNames(question).map((name) => FILTERS[name]);
  if (cursor) filters.push(AFTER_CURSOR);
  return `SELECT ${STORED_REQUEST_COLUMNS}
  FROM requests AS r FINAL
  WHERE org_id = {organizationId: String}${filters.map((filter) => `\n    AND ${filter}`).join('')}
  ORDER BY r.started_at DESC, request_id DESC
  LIMIT {rows: UInt32}`;
}

function paramsOf(question: RequestsQuery, cursor: Cursor | undefined): Record<string, unknown> {
  return {
    organizationId: question.organizationId,
    rows: question.limit + 1,
    ...Object.fromEntries(filterNames(question).map((name) => [name, valueOf(question[name])])),
    ...(cursor ? { cursorStartedAt: cursor.startedAt, cursorId: cursor.id } : {}),
  };
}

const filterNames = (question: RequestsQuery): (keyof typeof FILTERS)[] =>
  (Object.keys(FILTERS) as (keyof typeof FILTERS)[]).filter((name) => question[name] !== null);

const valueOf = (value: string | number | null): string | number | null =>
  typeof value === 'number' ? Math.trunc(value) : value;
