import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { createClient } from '@clickhouse/client';
import type { DevFacts } from '@tollgate/launch';
import pg from 'pg';

const ZSTD_MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
const LARGEST_FILE = 256 * 1024 * 1024;

/** Whether the text stands in a file below the folder, as it is or packed with zstd (as records travel). */
export function isInFiles(folder: string, text: string): boolean {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true });
  return names
    .filter((entry) => entry.isFile())
    .some((entry) => isInBytes(readOrNothing(path.join(entry.parentPath, entry.name)), text));
}

/** Whether the text stands in the bytes, as it is, in base64 at any offset, or packed. */
export function isInBytes(bytes: Buffer, text: string): boolean {
  return [bytes, ...unpacked(bytes)].some((one) => forms(text).some((form) => one.includes(form)));
}

/** The ways in which a text may stand somewhere: plain, and the three alignments of base64 less their uncertain ends. */
function forms(text: string): readonly string[] {
  const aligned = [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), Buffer.from(text)]).toString('base64');
    return encoded.slice(shift === 0 ? 0 : 4, -4);
  });
  return [text, encodeURIComponent(text), ...aligned];
}

/** Whatever zstd frames the bytes hold. */
function unpacked(bytes: Buffer): readonly Buffer[] {
  const found: Buffer[] = [];
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) found.push(gunzipSync(bytes));
  for (let at = bytes.indexOf(ZSTD_MAGIC); at >= 0; at = bytes.indexOf(ZSTD_MAGIC, at + 1)) {
    try {
      found.push(zstdDecompressSync(bytes.subarray(at)));
    } catch {
      // Not the beginning of a frame after all, or one that goes on elsewhere.
    }
  }
  return found;
}

function readOrNothing(file: string): Buffer {
  try {
    const bytes = readFileSync(file);
    return bytes.length <= LARGEST_FILE ? bytes : Buffer.alloc(0);
  } catch {
    return Buffer.alloc(0);
  }
}

/** All rows of all tables in Postgres, as text. */
export async function postgresText({ postgresUrl }: DevFacts): Promise<string> {
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  try {
    const tables = await client.query<{ readonly name: string }>(
      `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
       WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`,
    );
    const texts: string[] = [];
    for (const { name } of tables.rows) {
      const { rows } = await client.query<{ readonly row: string }>(
        `SELECT one::text AS row FROM ${name} AS one`,
      );
      texts.push(...rows.map(({ row }) => row));
    }
    return texts.join('\n');
  } finally {
    await client.end();
  }
}

/** All rows of all stored tables in ClickHouse, as text. */
export async function clickhouseText({ clickhouseUrl }: DevFacts): Promise<string> {
  const client = createClient({ url: clickhouseUrl });
  const lines = async (query: string): Promise<string> => {
    const answer = await client.query({ query, format: 'JSONEachRow' });
    return answer.text();
  };
  try {
    const tables = await lines(
      `SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'`,
    );
    const names = tables.split('\n').filter(Boolean);
    const rows = names.map((line) => lines(`SELECT * FROM \`${JSON.parse(line).name}\``));
    return (await Promise.all(rows)).join('\n');
  } finally {
    await client.close();
  }
}
