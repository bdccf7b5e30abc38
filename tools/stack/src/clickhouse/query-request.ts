import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ClickHouseException } from './exception.ts';
import { inspectStatement, type Statement } from './statement.ts';

/** One request of ClickHouse's HTTP interface, before its body is known. */
export interface QueryHead {
  readonly queryId: string;
  readonly queryInUrl: string | undefined;
  readonly database: string | undefined;
  readonly session: SessionRequest | undefined;
  readonly defaultFormat: string;
  /** Settings and `param_…` values, as SET takes them. */
  readonly settings: ReadonlyMap<string, string>;
  /** The response may be compressed this way. */
  readonly encoding: 'gzip' | 'deflate' | undefined;
  /** GET may only read. */
  readonly isReadOnly: boolean;
}

export interface SessionRequest {
  readonly id: string;
  readonly timeoutMs: number;
  /** Fail unless the session exists. */
  readonly mustExist: boolean;
}

export interface QueryRequest extends QueryHead {
  readonly sql: string;
  readonly statement: Statement;
  /** Data of an INSERT that came as the body, its query being in the URL. */
  readonly data: Buffer | undefined;
  /** The body as bytes where it holds the statement itself. */
  readonly raw: Buffer | undefined;
}

/** Parameters of the HTTP interface that are no settings of the engine. */
const httpParameters = new Set(
  `add_http_cors_header buffer_size cancel_http_readonly_queries_on_client_close
  client_protocol_version compress database decompress default_format enable_http_compression
  http_headers_progress_interval_ms http_response_buffer_size http_zlib_compression_level
  http_write_exception_in_output_format password query query_id quota_key role
  send_progress_in_http_headers session_check session_id session_timeout user
  wait_end_of_query`.split(/\s+/),
);

const settingName = /^[A-Za-z_][A-Za-z0-9_.]*$/;
const defaultSessionSeconds = 60;
const maxSessionSeconds = 3_600;

export function parseHead(request: IncomingMessage, url: URL): QueryHead {
  const parameters = url.searchParams;
  const headers = request.headers;
  return {
    queryId: parameters.get('query_id') || randomUUID(),
    queryInUrl: parameters.get('query') ?? undefined,
    database: (parameters.get('database') ?? single(headers['x-clickhouse-database'])) || undefined,
    session: parseSession(parameters),
    defaultFormat:
      parameters.get('default_format') ?? single(headers['x-clickhouse-format']) ?? 'TabSeparated',
    settings: parseSettings(parameters),
    encoding: parseEncoding(parameters, single(headers['accept-encoding']) ?? ''),
    isReadOnly: request.method === 'GET',
  };
}

/** Joins head and body. The text is the URL's query, else the body; data is what remains. */
export function withBody(head: QueryHead, body: Buffer): QueryRequest {
  const fromUrl = head.queryInUrl;
  const sql = fromUrl ?? body.toString('utf8');
  if (sql.trim() === '') throw ClickHouseException.of(62, 'SYNTAX_ERROR', 'Empty query.');
  const statement = inspectStatement(sql);
  if (head.isReadOnly && statement.kind !== 'read') {
    const text =
      'Cannot execute query in readonly mode. For queries over HTTP, method GET implies readonly. You should use method POST for modifying queries.';
    throw ClickHouseException.of(164, 'READONLY', text);
  }
  if (fromUrl === undefined) return { ...head, sql, statement, data: undefined, raw: body };
  if (statement.kind === 'insert') return { ...head, sql, statement, data: body, raw: undefined };
  // Outside of an INSERT the body continues the text.
  const joined = body.length === 0 ? sql : `${sql}\n${body.toString('utf8')}`;
  return {
    ...head,
    sql: joined,
    statement: inspectStatement(joined),
    data: undefined,
    raw: undefined,
  };
}

function parseSettings(parameters: URLSearchParams): Map<string, string> {
  const settings = new Map<string, string>();
  for (const [name, value] of parameters) {
    if (httpParameters.has(name)) continue;
    if (!settingName.test(name)) {
      throw ClickHouseException.of(115, 'UNKNOWN_SETTING', `Unknown setting '${name}'.`);
    }
    settings.set(name, value);
  }
  return settings;
}

function parseSession(parameters: URLSearchParams): SessionRequest | undefined {
  const id = parameters.get('session_id');
  if (!id) return undefined;
  const seconds = Number(parameters.get('session_timeout') ?? defaultSessionSeconds);
  if (!(seconds >= 0 && seconds <= maxSessionSeconds)) {
    const text = `Session timeout must be between 0 and ${maxSessionSeconds} seconds`;
    throw ClickHouseException.of(374, 'INVALID_SESSION_TIMEOUT', text, 400);
  }
  return { id, timeoutMs: seconds * 1_000, mustExist: parameters.get('session_check') === '1' };
}

function parseEncoding(
  parameters: URLSearchParams,
  accepted: string,
): 'gzip' | 'deflate' | undefined {
  if (parameters.get('enable_http_compression') !== '1') return undefined;
  if (/\bgzip\b/i.test(accepted)) return 'gzip';
  return /\bdeflate\b/i.test(accepted) ? 'deflate' : undefined;
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
