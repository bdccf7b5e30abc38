import { ownChatDialect } from '../tollgate-chat/own-chat-dialect.ts';
import { requestSchema } from '../tollgate-chat/schema.ts';

/** Tollgate's own reading of images: a chat, always with a model that sees. */
export const tollgateVision = ownChatDialect({
  name: 'tollgate-vision',
  requestSchema,
  findProblem: () => null,
  toChat: (fields) => fields,
  needs: ['vision'],
});
