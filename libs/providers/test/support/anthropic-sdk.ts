import Anthropic from '@anthropic-ai/sdk';

type Json = Readonly<Record<string, unknown>>;

const PARAMS = {
  model: 'm',
  max_tokens: 1,
  messages: [{ role: 'user' as const, content: 'x' }],
};

function client(bytes: Uint8Array, contentType: string): Anthropic {
  const answer = async (): Promise<Response> =>
    new Response(Buffer.from(bytes), { headers: { 'content-type': contentType } });
  return new Anthropic({
    ...{ apiKey: 'key', baseURL: 'http://sdk.test', maxRetries: 0, fetch: answer },
  });
}

/** What the official SDK makes of a whole body. */
export async function readWithSdk(body: Uint8Array): Promise<Json> {
  const message = await client(body, 'application/json').messages.create(PARAMS);
  return seen({ ...message });
}

/** What the official SDK's `messages.stream()` makes of a stream; it throws where the stream fails or ends early. */
export async function streamWithSdk(bytes: Uint8Array): Promise<Json> {
  const message = await client(bytes, 'text/event-stream').messages.stream(PARAMS).finalMessage();
  return seen({ ...message });
}

const COUNTS = [
  'input_tokens',
  'output_tokens',
  'cache_read_input_tokens',
  'cache_creation_input_tokens',
  'service_tier',
] as const;

/**
 * A message as an application sees it. Left out is what means the same there or not: null, no citations, the caller
 * `direct`, and counts of 0.
 */
function seen(message: Json): Json {
  const { content, usage, ...rest } = message;
  const written = record(record(usage).cache_creation);
  const details = record(record(usage).output_tokens_details);
  const counts = {
    ...Object.fromEntries(COUNTS.map((name) => [name, record(usage)[name]])),
    lasting: written.ephemeral_1h_input_tokens,
    thinking: details.thinking_tokens,
  };
  return {
    ...withoutEmpty(rest),
    content: list(content).map(seenBlock),
    usage: Object.fromEntries(Object.entries(counts).filter(([, value]) => value)),
  };
}

function seenBlock(block: unknown): Json {
  const { caller, citations, ...rest } = record(block);
  return {
    ...withoutEmpty(rest),
    ...(list(citations).length > 0 ? { citations } : {}),
    ...(caller === undefined || record(caller).type === 'direct' ? {} : { caller }),
  };
}

/** What the SDK adds itself. */
const OF_THE_SDK = new Set(['_request_id', 'parsed_output']);

function withoutEmpty(object: Json): Json {
  return Object.fromEntries(
    Object.entries(object).filter(
      ([name, value]) => value !== null && value !== undefined && !OF_THE_SDK.has(name),
    ),
  );
}

function record(value: unknown): Json {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
