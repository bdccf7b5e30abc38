import type { ChatCodec } from '../chat-codec.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeAnswer } from './encode-answer.ts';
import { AnthropicStreamEncoder } from './stream-encoder.ts';

/** Carries Anthropic's messages over to the neutral model and back. */
export const anthropicMessagesCodec: ChatCodec = {
  dialect: 'anthropic-messages',
  decodeRequest,
  fieldNames: {
    response_format: 'output_config.format',
    stop: 'stop_sequences',
    reasoning_effort: 'thinking',
    parallel_tool_calls: 'tool_choice.disable_parallel_tool_use',
    user: 'metadata.user_id',
  },
  encodeAnswer,
  streamEncoder: (context, emit) => new AnthropicStreamEncoder(context, emit),
};
