import { EventStreamCodec } from '@smithy/eventstream-codec';

const codec = new EventStreamCodec(
  (bytes) => (typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString()),
  (text) => Buffer.from(text),
);

/** One frame of an AWS event stream. @param headers more than the usual ones, or in their place */
export function eventFrame(
  type: string,
  json: unknown,
  headers: Readonly<Record<string, string>> = {},
): Buffer {
  const named = { ':event-type': type, ':message-type': 'event', ...headers };
  const entries = Object.entries(named).map(
    ([name, value]) => [name, { type: 'string', value }] as const,
  );
  const body = Buffer.from(JSON.stringify(json));
  return Buffer.from(codec.encode({ headers: Object.fromEntries(entries), body }));
}
