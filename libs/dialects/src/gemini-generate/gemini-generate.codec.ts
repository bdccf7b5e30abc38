import type { ChatCodec } from '../chat-codec.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeAnswer } from './encode-answer.ts';
import { GeminiStreamEncoder } from './stream-encoder.ts';

export const geminiGenerateCodec: ChatCodec = {
  dialect: 'gemini-generate',
  decodeRequest,
  fieldNames: {
    messages: 'contents',
    tool_choice: 'toolConfig.functionCallingConfig',
    response_format: 'generationConfig.responseSchema',
    max_tokens: 'generationConfig.maxOutputTokens',
    stop: 'generationConfig.stopSequences',
    temperature: 'generationConfig.temperature',
    top_p: 'generationConfig.topP',
    top_k: 'generationConfig.topK',
    seed: 'generationConfig.seed',
    frequency_penalty: 'generationConfig.frequencyPenalty',
    presence_penalty: 'generationConfig.presencePenalty',
    logprobs: 'generationConfig.responseLogprobs',
    top_logprobs: 'generationConfig.logprobs',
    n: 'generationConfig.candidateCount',
    reasoning_effort: 'generationConfig.thinkingConfig',
    modalities: 'generationConfig.responseModalities',
    audio: 'generationConfig.speechConfig',
    service_tier: 'serviceTier',
  },
  encodeAnswer,
  streamEncoder: (context, emit) => new GeminiStreamEncoder(context, emit),
};
