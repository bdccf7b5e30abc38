/** What a request must know of its statement to answer it as ClickHouse does. */
export interface Statement {
  readonly kind: 'insert' | 'read' | 'other';
  /** The output format named at the end of the text, if any. */
  readonly format: string | undefined;
}

const leadingComments = /^(?:\s+|--[^\n]*(?:\n|$)|#!?[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*/;
const finalFormat = /\bFORMAT\s+([A-Za-z][A-Za-z0-9]*)\s*(?:SETTINGS\b[^;]*)?;?\s*$/i;
const reading = /^(?:\(*\s*)(?:SELECT|WITH|SHOW|DESCRIBE|DESC|EXPLAIN|EXISTS)\b/i;

/** How much of a statement is looked at: an insert may carry megabytes of data behind it. */
const inspectedCharacters = 64 * 1024;

export function inspectStatement(sql: string): Statement {
  const text = sql.slice(0, inspectedCharacters).replace(leadingComments, '');
  const format = finalFormat.exec(sql.slice(-2_048))?.[1];
  if (/^INSERT\b/i.test(text)) return { kind: 'insert', format };
  if (reading.test(text)) return { kind: 'read', format };
  return { kind: 'other', format };
}

/** Formats whose pieces, one for each block of rows, can simply be joined. */
const joinable = new Set([
  'JSONEachRow',
  'JSONStringsEachRow',
  'JSONCompactEachRow',
  'JSONCompactStringsEachRow',
  'NDJSON',
  'JSONLines',
  'TSV',
  'TabSeparated',
  'TSVRaw',
  'TabSeparatedRaw',
  'CSV',
  'RowBinary',
]);

/** True if a result in this format can be sent while it is being made. */
export function canStream(format: string): boolean {
  return joinable.has(format);
}

/** The media type ClickHouse names for a format. */
export function contentTypeOf(format: string): string {
  if (/^JSON|^NDJSON/.test(format)) {
    return /EachRow|Lines|NDJSON/.test(format)
      ? 'application/x-ndjson; charset=UTF-8'
      : 'application/json; charset=UTF-8';
  }
  if (/^CSV/.test(format)) return 'text/csv; charset=UTF-8';
  if (/^(TSV|TabSeparated)/.test(format)) return 'text/tab-separated-values; charset=UTF-8';
  if (/^(RowBinary|Native|Parquet|Arrow|ORC|Avro|MsgPack)/.test(format)) {
    return 'application/octet-stream';
  }
  return 'text/plain; charset=UTF-8';
}
