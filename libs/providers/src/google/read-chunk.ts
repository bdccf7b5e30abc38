import { isRecord, parseSaid } from '../json/json-value.ts';
import { readEvent } from '../sse/sse-events.ts';

export type EventReading =
  /** A comment, or nothing at all. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'chunk'; readonly chunk: Readonly<Record<string, unknown>> }
  | { readonly kind: 'error'; readonly error: unknown }
  | { readonly kind: 'garbage'; readonly reason: string };

/** What one event of a stream is. */
export function readChunk(event: Buffer): EventReading {
  const { data, isForeign } = readEvent(event);
  if (data === null)
    return isForeign
      ? { kind: 'garbage', reason: 'the stream is no event stream' }
      : { kind: 'nothing' };
  const parsed = parseSaid(data);
  // Errors may come in a list, as the JSON form of a stream has them.
  const value: unknown = Array.isArray(parsed) && parsed.length === 1 ? parsed[0] : parsed;
  if (!isRecord(value)) return { kind: 'garbage', reason: 'an event is no JSON object' };
  if (isRecord(value.error) || typeof value.error === 'string')
    return { kind: 'error', error: value.error };
  return { kind: 'chunk', chunk: value };
}
