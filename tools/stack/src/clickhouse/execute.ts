import { type Answer, emptySummary } from './answer.ts';
import type { EngineConnection } from './engine.ts';
import { ClickHouseException } from './exception.ts';
import type { QueryRequest } from './query-request.ts';
import { canStream } from './statement.ts';

const noDataToInsert = 108;

/** Runs the request's statement and writes its result. Engine errors are thrown. */
export async function execute(
  request: QueryRequest,
  connection: EngineConnection,
  answer: Answer,
): Promise<void> {
  if (request.statement.kind === 'insert') return insert(request, connection, answer);
  const format = request.statement.format ?? request.defaultFormat;
  if (isStreamed(request)) return stream(request, format, connection, answer);
  const result = await connection.query(request.sql, format);
  answer.begin(format, {
    ...emptySummary,
    readRows: result.rowsRead,
    readBytes: result.bytesRead,
    elapsedSeconds: result.elapsed,
  });
  await answer.write(result.bytes());
  answer.end();
}

/** True if the result is sent while it is made, in pieces; else it is held in memory first. */
export function isStreamed(request: QueryRequest): boolean {
  const format = request.statement.format ?? request.defaultFormat;
  return request.statement.kind === 'read' && canStream(format);
}

async function stream(
  request: QueryRequest,
  format: string,
  connection: EngineConnection,
  answer: Answer,
): Promise<void> {
  let hasBegun = false;
  for await (const piece of connection.stream(request.sql, format)) {
    if (!hasBegun) answer.begin(format, emptySummary);
    hasBegun = true;
    if (!(await answer.write(piece))) return;
  }
  if (!hasBegun) answer.begin(format, emptySummary);
  answer.end();
}

async function insert(
  request: QueryRequest,
  connection: EngineConnection,
  answer: Answer,
): Promise<void> {
  // A statement that holds its own data may hold binary data: it goes to the engine as bytes.
  const prefix = request.raw ? '' : request.sql;
  const data = request.raw ?? request.data ?? Buffer.alloc(0);
  const written = await connection.insert(prefix, data).catch((error: unknown) => {
    const exception = ClickHouseException.from(error);
    if (exception.code === noDataToInsert) return undefined;
    throw exception;
  });
  answer.begin('TabSeparated', {
    ...emptySummary,
    writtenRows: written?.rowsWritten ?? 0,
    writtenBytes: written?.bytesWritten ?? 0,
    elapsedSeconds: written?.elapsed ?? 0,
  });
  answer.end();
}
