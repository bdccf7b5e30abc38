import { EventStreamCodec } from '@smithy/eventstream-codec';

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString('utf8'),
  (text) => Buffer.from(text, 'utf8'),
);

/** One frame of AWS's binary event stream. */
export function frame(type: string, payload: object): Buffer {
  const header = (value: string) => ({ type: 'string', value }) as const;
  return Buffer.from(
    codec.encode({
      headers: {
        ':event-type': header(type),
        ':content-type': header('application/json'),
        ':message-type': header('event'),
      },
      body: Buffer.from(JSON.stringify(payload)),
    }),
  );
}
