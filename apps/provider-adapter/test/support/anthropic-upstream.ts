import type { Reply } from './fake-upstream.ts';

const HEAD = {
  id: 'msg_01',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-4-5-20250929',
};
const INPUT = { input_tokens: 200, cache_creation_input_tokens: 0, cache_read_input_tokens: 50 };

/** A whole answer of Anthropic's Messages API. */
export function message(text: string): string {
  return JSON.stringify({
    ...HEAD,
    content: [{ type: 'text', text }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { ...INPUT, output_tokens: 30 },
  });
}

/** The events of a streamed answer, each as it stands on the wire. */
export function messageEvents(texts: readonly string[]): string[] {
  return [
    named('message_start', {
      message: {
        ...HEAD,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: { ...INPUT, output_tokens: 1 },
      },
    }),
    named('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
    ...texts.map((text) =>
      named('content_block_delta', { index: 0, delta: { type: 'text_delta', text } }),
    ),
    named('content_block_stop', { index: 0 }),
    named('message_delta', {
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { output_tokens: 30 },
    }),
    named('message_stop', {}),
  ];
}

/** The first so many events; then the end in good order, or the connection breaks. */
export function messageStream(
  texts: readonly string[],
  cut: { readonly afterEvents?: number; readonly breaks?: boolean; readonly hangs?: boolean } = {},
): Reply {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const events = messageEvents(texts).slice(0, cut.afterEvents);
    response.write(events.join(''), () => {
      if (cut.breaks) response.destroy();
      else if (!cut.hangs) response.end();
    });
  };
}

function named(type: string, fields: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}
