import type { RequestRecord } from '@tollgate/contracts';
import { ATTEMPT_ATTRIBUTES, attributesOf, REQUEST_ATTRIBUTES } from './gen-ai-attributes.ts';

/** A span that is over, with those below it. */
export interface RequestSpan {
  readonly name: string;
  readonly kind: 'server' | 'client';
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  readonly error?: string;
  readonly children?: readonly RequestSpan[];
}

/** A record as spans: the request, and below it each call to a provider. */
export function requestSpan(record: RequestRecord): RequestSpan {
  return {
    name: `${record.operation} ${record.modelAsked ?? record.model}`.trim(),
    kind: 'server',
    startMs: record.startedAt,
    endMs: record.startedAt + record.timings.totalMs,
    attributes: {
      ...attributesOf(REQUEST_ATTRIBUTES, record),
      ...Object.fromEntries(
        Object.entries(record.metadata).map(([key, value]) => [`tollgate.metadata.${key}`, value]),
      ),
    },
    ...(record.code === null ? {} : { error: record.code }),
    children: record.attempts.map((attempt) => ({
      name: `${record.operation} ${attempt.model}`.trim(),
      kind: 'client',
      startMs: attempt.startedAt,
      endMs: attempt.startedAt + attempt.durationMs,
      attributes: {
        'gen_ai.operation.name': record.operation,
        ...attributesOf(ATTEMPT_ATTRIBUTES, attempt),
      },
      ...(attempt.code === null ? {} : { error: attempt.code }),
    })),
  };
}
