import { type CallHead, NO_USAGE } from '@tollgate/contracts';
import { type AnswerContext, CHAT_CODECS, type ChatCodec } from '@tollgate/dialects';
import { type Answer, unfoldAnswer } from '@tollgate/neutral';
import { HEAD, type PlayedCall } from './fake-messaging.ts';

const CODECS: ReadonlyMap<string, ChatCodec> = new Map(Object.entries<ChatCodec>(CHAT_CODECS));

/** Reasoning, a text, and a call of a tool. */
export const RICH_ANSWER: Answer = {
  id: 'answer-1',
  model: 'm-1',
  createdAt: 1_700_000_000,
  choices: [
    {
      index: 0,
      parts: [
        { type: 'reasoning', text: 'Let me look.' },
        { type: 'text', text: 'It is sunny in Bern.' },
        {
          type: 'tool-call',
          id: 'call_1',
          name: 'weather',
          argumentsText: '{"city":"Bern"}',
          kind: 'function',
        },
      ],
      finish: { reason: 'tool_calls', raw: 'tool_use' },
    },
  ],
  usage: { ...NO_USAGE, inputTokens: 12, outputTokens: 7 },
};

const STREAM_HEAD: CallHead = { ...HEAD, contentType: 'text/event-stream', costUsd: null };

/** Answers a call in the dialect that it came in, as an adapter does after a translation. */
export function answerInDialect(answer: Answer = RICH_ANSWER): (call: PlayedCall) => void {
  return (call) => {
    const { header, body, listener } = call;
    const codec = CODECS.get(header.dialect);
    if (!codec) throw new Error(`no codec for ${header.dialect}`);
    const context: AnswerContext = {
      requestId: header.requestId,
      modelAsked: header.modelAsked,
      usageAsked: header.usageAsked,
      nowS: 1_700_000_000,
      request: JSON.parse(Buffer.from(body).toString()) as Record<string, unknown>,
    };
    if (header.stream) {
      listener.onHead(STREAM_HEAD);
      const encoder = codec.streamEncoder(context, (bytes) => listener.onData(bytes));
      unfoldAnswer(answer, (event) => encoder.push(event));
      listener.onData(encoder.tail);
    } else {
      listener.onHead(HEAD);
      listener.onData(codec.encodeAnswer(answer, context));
    }
    listener.onEnd({ recorded: true });
  };
}
