import type { ChatCodec } from '../chat-codec.ts';
import { decodeCompletionRequest } from './decode-request.ts';
import { encodeCompletion } from './encode-completion.ts';
import { CompletionStreamEncoder } from './stream-encoder.ts';

/** OpenAI's completions of the time before chat, for providers that have chat alone. */
export const openaiCompletionsCodec: ChatCodec = {
  dialect: 'openai-completions',
  decodeRequest: decodeCompletionRequest,
  fieldNames: { messages: 'prompt', top_logprobs: 'logprobs' },
  encodeAnswer: encodeCompletion,
  streamEncoder: (context, emit) => new CompletionStreamEncoder(context, emit),
};
