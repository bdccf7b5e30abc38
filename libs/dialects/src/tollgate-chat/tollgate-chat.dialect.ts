import { ownChatDialect } from './own-chat-dialect.ts';
import { requestSchema } from './schema.ts';

/** Tollgate's own chat. */
export const tollgateChat = ownChatDialect({
  name: 'tollgate-chat',
  requestSchema,
  findProblem: () => null,
  toChat: (fields) => fields,
  needs: [],
});
