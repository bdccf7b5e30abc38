import { type Attempt, type CallContext, FAILURES, type TokenUsage } from '@tollgate/contracts';
import type { CallSummary } from './call-summary.ts';
import type { Charge } from './charge.ts';

/**
 * The record of a call (`requestRecord` of the contracts) as one line of JSON, written by hand: the fields that every
 * call under one context shares are encoded once, and numbers and ids need no escaping.
 */
export function recordJson(summary: CallSummary): string {
  const { header, context } = summary;
  return (
    `{"v":1,"id":${text(header.requestId)},${sharedOf(context).fields}` +
    `,"traceparent":${text(header.traceparent)}` +
    `,"clientRequestId":${nullable(header.clientRequestId)}` +
    `,"startedAt":${number(header.receivedAt)}` +
    `,"operation":"${header.operation}","dialect":"${header.dialect}","stream":${header.stream}` +
    `,"modelAsked":${nullable(header.modelAsked)}` +
    `,${resultJson(summary)},${chargeJson(summary.charge)}` +
    `,"attempts":[${attemptsJson(summary.attempts)}]${continuationsJson(summary.attempts)}` +
    `,"timings":${timingsJson(summary)}` +
    `,"draw":${drawJson(header.draw)}` +
    `,"droppedParams":${listJson(summary.droppedParams)}` +
    `,"metadata":${metadataJson(context, header.metadata)}` +
    `,"endUser":${nullable(header.endUser)},"recordedBy":"provider-adapter"}`
  );
}

function resultJson(summary: CallSummary): string {
  const { failure } = summary;
  const last = summary.attempts.at(-1);
  const code = failure === null ? 'null' : `"${FAILURES[failure.code].publicCode}"`;
  return (
    `"aiProviderId":${text(last?.aiProviderId ?? '')},"provider":${text(last?.provider ?? '')}` +
    `,"model":${text(last?.model ?? '')},"outcome":"${summary.outcome}","status":${summary.status}` +
    `,"code":${code},"failure":${failure === null ? 'null' : `"${failure.code}"`}` +
    `,"finishReason":${nullable(summary.finishReason)}` +
    `,"usage":${usageJson(summary.usage)},"usageSource":"${summary.usageSource}"`
  );
}

function chargeJson({ costPicoUsd, parts, unpriced, priceVersion }: Charge): string {
  return (
    `"costPicoUsd":"${costPicoUsd}","costParts":{"input":"${parts.input}"` +
    `,"cachedInput":"${parts.cachedInput}","cacheWrite":"${parts.cacheWrite}"` +
    `,"output":"${parts.output}"},"unpriced":${unpriced},"priceVersion":${text(priceVersion)}`
  );
}

function timingsJson({ header, providerMs, ttftMs, totalMs }: CallSummary): string {
  const { authMs, planMs, grantMs } = header.stages;
  return (
    `{"authMs":${number(authMs)},"planMs":${number(planMs)},"grantMs":${number(grantMs)}` +
    `,"providerMs":${number(providerMs)},"ttftMs":${ttftMs === null ? 'null' : number(ttftMs)}` +
    `,"totalMs":${number(totalMs)}}`
  );
}

interface SharedText {
  readonly fields: string;
  readonly keyMetadata: string;
}

/** A context serves many calls and is immutable. */
const shared = new WeakMap<CallContext, SharedText>();

function sharedOf(context: CallContext): SharedText {
  const known = shared.get(context);
  if (known) return known;
  const { organizationId, projectId, keyId, routeId, routeVersion, strategy } = context;
  const fields = { organizationId, projectId, keyId, routeId, routeVersion, strategy };
  const made = {
    fields: JSON.stringify(fields).slice(1, -1),
    keyMetadata: JSON.stringify(context.keyMetadata),
  };
  shared.set(context, made);
  return made;
}

/** The key's metadata; what the request says for itself wins. */
function metadataJson(context: CallContext, own: Readonly<Record<string, string>>): string {
  for (const _ in own) return JSON.stringify({ ...context.keyMetadata, ...own });
  return sharedOf(context).keyMetadata;
}

const NEEDS_ESCAPING = /[^\x20\x21\x23-\x5b\x5d-\x7e]/;

function text(value: string): string {
  return NEEDS_ESCAPING.test(value) ? JSON.stringify(value) : `"${value}"`;
}

function nullable(value: string | null): string {
  return value === null ? 'null' : text(value);
}

/** Milliseconds to the microsecond. */
function number(value: number): number {
  return Number.isFinite(value) ? Math.round(value * 1_000) / 1_000 : 0;
}

function usageJson(usage: TokenUsage): string {
  return (
    `{"inputTokens":${usage.inputTokens},"cachedInputTokens":${usage.cachedInputTokens}` +
    `,"cacheWriteTokens":${usage.cacheWriteTokens},"cacheWrite1hTokens":${usage.cacheWrite1hTokens}` +
    `,"inputAudioTokens":${usage.inputAudioTokens},"outputTokens":${usage.outputTokens}` +
    `,"reasoningTokens":${usage.reasoningTokens},"outputAudioTokens":${usage.outputAudioTokens}${searchesJson(usage)}}`
  );
}

function searchesJson({ webSearches }: TokenUsage): string {
  return webSearches ? `,"webSearches":${webSearches}` : '';
}

function attemptsJson(attempts: readonly Attempt[]): string {
  let json = '';
  for (const attempt of attempts) json += (json === '' ? '' : ',') + attemptJson(attempt);
  return json;
}

/** Attempts that went on with what another one had begun, and said something. */
function continuationsJson(attempts: readonly Attempt[]): string {
  let count = 0;
  for (const { isContinuation, usage } of attempts) if (isContinuation && usage !== null) count++;
  return count === 0 ? '' : `,"continuations":${count}`;
}

function attemptJson(attempt: Attempt): string {
  const { usage } = attempt;
  return (
    `{"aiProviderId":${text(attempt.aiProviderId)},"provider":${text(attempt.provider)}` +
    `,"model":${text(attempt.model)},"status":${attempt.status},"code":${nullable(attempt.code)}` +
    `,"startedAt":${number(attempt.startedAt)},"durationMs":${number(attempt.durationMs)}` +
    `,"usage":${usage === null ? 'null' : usageJson(usage)},"costPicoUsd":"${attempt.costPicoUsd}"` +
    (attempt.isContinuation ? ',"isContinuation":true' : '') +
    (attempt.access === 'platform' ? ',"access":"platform"}' : '}')
  );
}

function drawJson(draw: CallSummary['header']['draw']): string {
  return draw === null ? 'null' : JSON.stringify(draw);
}

function listJson(values: readonly string[]): string {
  return values.length === 0 ? '[]' : JSON.stringify(values);
}
