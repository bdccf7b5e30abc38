import { type RequestRecord, requestRecord } from '@tollgate/contracts';
import { NO_PLATFORM_USE, platformUse } from './platform-use.ts';
import type { EntryRow, SettlementRow } from './settlement-row.ts';

const COST = /^\d{1,30}$/;
const MAX_TEXT = 512;
const MAX_TIME = 8.64e15;

/** Why a line is no record that can be settled. */
export interface UnreadableRecord {
  readonly reason: string;
}

/**
 * Reads a line of the record stream. Only what settlement uses is checked, and by hand, since this runs for every
 * request; the schema is asked only to explain a failure.
 * @param streamSequence of the message that held the line
 */
export function readRecord(line: string, streamSequence: number): SettlementRow | UnreadableRecord {
  let record: RequestRecord;
  try {
    // Shape is checked below, field by field.
    record = JSON.parse(line) as RequestRecord;
  } catch {
    return { reason: 'not JSON' };
  }
  if (!isSettleable(record)) return { reason: explain(record) };
  const { draw, usage } = record;
  const tokens = usage.inputTokens + usage.outputTokens;
  const wasCalled = record.attempts.length > 0 || tokens > 0 || /[1-9]/.test(record.costPicoUsd);
  return {
    requestId: record.id,
    organizationId: record.organizationId,
    projectId: record.projectId,
    keyId: record.keyId,
    grantId: draw ? draw.grantId : null,
    drawCost: draw ? draw.amounts.costPicoUsd : '0',
    drawTokens: draw ? draw.amounts.tokens : 0,
    drawRequests: draw ? draw.amounts.requests : 0,
    cost: record.costPicoUsd,
    tokens,
    requests: wasCalled ? 1 : 0,
    platform: wasCalled ? platformUse(record) : NO_PLATFORM_USE,
    usageSource: record.usageSource,
    priceVersion: record.priceVersion,
    startedAt: record.startedAt,
    streamSequence,
    spentWindowId: record.spentWindowId ?? null,
    entries: readEntries(record, wasCalled),
  };
}

/** An entry for each attempt; one for the whole where whoever recorded it could not see the attempts. */
function readEntries(record: RequestRecord, wasCalled: boolean): readonly EntryRow[] {
  if (record.attempts.length > 0) {
    return record.attempts.map((attempt) => ({
      aiProviderId: attempt.aiProviderId,
      provider: attempt.provider,
      model: attempt.model,
      code: attempt.code,
      inputTokens: attempt.usage ? attempt.usage.inputTokens : 0,
      outputTokens: attempt.usage ? attempt.usage.outputTokens : 0,
      cost: attempt.costPicoUsd,
      startedAt: attempt.startedAt,
    }));
  }
  if (!wasCalled) return [];
  return [
    {
      aiProviderId: record.aiProviderId,
      provider: record.provider,
      model: record.model,
      code: record.failure,
      inputTokens: record.usage.inputTokens,
      outputTokens: record.usage.outputTokens,
      cost: record.costPicoUsd,
      startedAt: record.startedAt,
    },
  ];
}

function isSettleable(record: RequestRecord): boolean {
  return (
    isObject(record) &&
    record.v === 1 &&
    record.id !== '' &&
    isText(record.id) &&
    isText(record.organizationId) &&
    isText(record.projectId) &&
    isText(record.keyId) &&
    isText(record.aiProviderId) &&
    isText(record.provider) &&
    isText(record.model) &&
    (record.failure === null || isText(record.failure)) &&
    isText(record.usageSource) &&
    isText(record.priceVersion) &&
    isTime(record.startedAt) &&
    isCost(record.costPicoUsd) &&
    isObject(record.usage) &&
    isCount(record.usage.inputTokens) &&
    isCount(record.usage.outputTokens) &&
    isDraw(record.draw) &&
    (record.spentWindowId === undefined || isText(record.spentWindowId)) &&
    Array.isArray(record.attempts) &&
    record.attempts.length <= 1_000 &&
    record.attempts.every(isAttempt)
  );
}

function isAttempt(attempt: RequestRecord['attempts'][number]): boolean {
  return (
    isObject(attempt) &&
    isText(attempt.aiProviderId) &&
    isText(attempt.provider) &&
    isText(attempt.model) &&
    (attempt.code === null || isText(attempt.code)) &&
    isTime(attempt.startedAt) &&
    isCost(attempt.costPicoUsd) &&
    (attempt.usage === null ||
      (isObject(attempt.usage) &&
        isCount(attempt.usage.inputTokens) &&
        isCount(attempt.usage.outputTokens)))
  );
}

function isDraw(draw: RequestRecord['draw']): boolean {
  if (draw === null) return true;
  return (
    isObject(draw) &&
    isText(draw.grantId) &&
    isObject(draw.amounts) &&
    isCost(draw.amounts.costPicoUsd) &&
    isCount(draw.amounts.tokens) &&
    isCount(draw.amounts.requests)
  );
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;
const isCost = (value: unknown): boolean => typeof value === 'string' && COST.test(value);
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isTime = (value: unknown): boolean =>
  typeof value === 'number' && value >= 0 && value <= MAX_TIME;
/** Postgres holds no NUL in text. */
const isText = (value: unknown): boolean =>
  typeof value === 'string' && value.length <= MAX_TEXT && !value.includes('\0');

function explain(record: unknown): string {
  const parsed = requestRecord.safeParse(record);
  if (parsed.success) return 'a field is longer or larger than the ledger holds';
  const [issue] = parsed.error.issues;
  return `not a request record: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim();
}
