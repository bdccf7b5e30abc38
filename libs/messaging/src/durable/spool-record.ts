import { crc32 } from 'node:zlib';
import type { Batch } from './batch.ts';

/** `[u32 meta bytes][u32 payload bytes][u32 CRC of both][meta JSON][payload]`, little-endian. */
const PREFIX_BYTES = 12;

export function encodeSpoolRecord(batch: Batch): Buffer {
  const meta = Buffer.from(JSON.stringify({ id: batch.id, subject: batch.subject }));
  const out = Buffer.allocUnsafe(PREFIX_BYTES + meta.length + batch.payload.length);
  out.writeUInt32LE(meta.length, 0);
  out.writeUInt32LE(batch.payload.length, 4);
  meta.copy(out, PREFIX_BYTES);
  batch.payload.copy(out, PREFIX_BYTES + meta.length);
  out.writeUInt32LE(crc32(out.subarray(PREFIX_BYTES)), 8);
  return out;
}

export interface SpoolContent {
  readonly batches: readonly Batch[];
  /** Bytes after the last whole record. A process that died while it wrote leaves some: nobody was told that they are safe. */
  readonly tornBytes: number;
}

/** Reads the records of a spool file, up to the first that is not whole. */
export function decodeSpoolRecords(bytes: Buffer): SpoolContent {
  const batches: Batch[] = [];
  let at = 0;
  for (;;) {
    if (at + PREFIX_BYTES > bytes.length) break;
    const metaAt = at + PREFIX_BYTES;
    const payloadAt = metaAt + bytes.readUInt32LE(at);
    const end = payloadAt + bytes.readUInt32LE(at + 4);
    if (end > bytes.length) break;
    if (crc32(bytes.subarray(metaAt, end)) !== bytes.readUInt32LE(at + 8)) break;
    // The CRC says that these are the bytes that were written.
    const meta: { id: string; subject: string } = JSON.parse(
      bytes.toString('utf8', metaAt, payloadAt),
    );
    batches.push({ ...meta, payload: bytes.subarray(payloadAt, end) });
    at = end;
  }
  return { batches, tornBytes: bytes.length - at };
}
