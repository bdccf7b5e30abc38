import { requestRecord } from '@tollgate/contracts';
import type { z } from 'zod';

const LINE_BREAK = 0x0a;
const OUTCOME = Buffer.from('"outcome":"');
/** Of `completed` and `cancelled`. */
const LETTER_C = 0x63;

/** What is told of a request that failed. */
export const failedRecord = requestRecord.pick({
  id: true,
  projectId: true,
  keyId: true,
  routeId: true,
  startedAt: true,
  modelAsked: true,
  aiProviderId: true,
  provider: true,
  model: true,
  outcome: true,
  status: true,
  code: true,
  failure: true,
  attempts: true,
  timings: true,
});
export type FailedRecord = z.infer<typeof failedRecord>;

/**
 * The requests that failed among records, a line of JSON each. Nearly all did not: a line is parsed only when it holds an
 * outcome other than `completed` and `cancelled`. Inside a text of the caller's quotes are escaped, so none can hide one.
 * Lines that are no records are left to those who settle and store them.
 */
export function spotFailures(bytes: Buffer): FailedRecord[] {
  const found: FailedRecord[] = [];
  for (let start = 0; start < bytes.length; ) {
    const lineBreak = bytes.indexOf(LINE_BREAK, start);
    const end = lineBreak < 0 ? bytes.length : lineBreak;
    const line = bytes.subarray(start, end);
    if (mayHaveFailed(line)) {
      const record = readRecord(line);
      if (record && hasFailed(record)) found.push(record);
    }
    start = end + 1;
  }
  return found;
}

/** A caller's own mistake or a limit is no failure, unless there was nobody to serve it. */
export function hasFailed({ outcome, status }: Pick<FailedRecord, 'outcome' | 'status'>): boolean {
  switch (outcome) {
    case 'failed':
    case 'interrupted':
      return true;
    case 'refused':
      return status >= 500;
    case 'completed':
    case 'cancelled':
      return false;
  }
}

/** When the answer had ended; milliseconds since the epoch. */
export const endOf = ({ startedAt, timings }: FailedRecord): number => startedAt + timings.totalMs;

function mayHaveFailed(line: Buffer): boolean {
  for (let at = line.indexOf(OUTCOME); at >= 0; at = line.indexOf(OUTCOME, at)) {
    at += OUTCOME.length;
    if (line[at] !== LETTER_C) return true;
  }
  return false;
}

function readRecord(line: Buffer): FailedRecord | undefined {
  try {
    return failedRecord.safeParse(JSON.parse(line.toString('utf8'))).data;
  } catch {
    return undefined;
  }
}
