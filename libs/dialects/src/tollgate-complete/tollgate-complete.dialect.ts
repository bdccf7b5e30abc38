import { CHAT_FIELDS } from '../chat/schema.ts';
import { ownChatDialect } from '../tollgate-chat/own-chat-dialect.ts';
import { PROFILE_PROPERTY } from '../tollgate-chat/schema.ts';
import { chatOfPrompt } from './chat-of-prompt.ts';

const { stream, response_format, max_tokens, temperature, n, metadata, user } = CHAT_FIELDS;

/** Tollgate's own completion of one prompt. Its answer has the shape of a chat's. */
export const tollgateComplete = ownChatDialect({
  name: 'tollgate-complete',
  requestSchema: {
    type: 'object',
    required: ['prompt'],
    properties: {
      prompt: { type: 'string', minLength: 1, description: 'What the model is to answer.' },
      stream,
      response_format,
      max_tokens,
      temperature,
      n,
      metadata,
      user,
      response_profile: PROFILE_PROPERTY,
    },
    additionalProperties: false,
  },
  findProblem: ({ prompt }) =>
    typeof prompt === 'string' && prompt !== ''
      ? null
      : { param: 'prompt', message: '"prompt" must be a non-empty string.' },
  toChat: chatOfPrompt,
  needs: [],
});
