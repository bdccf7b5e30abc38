import type { Simulation, Wire } from '../http/call.ts';
import { sendRefusal } from '../openai/open-record.ts';
import { usualRefusal } from '../openai/refusal.ts';
import { answerVendorChat, REFUSED_STATUS } from '../vendor-chat/vendor-chat.ts';
import { bedrockChat } from './bedrock-chat.ts';
import { invokeChat } from './invoke-chat.ts';

const target = /\/model\/([^/]+)\/(converse|converse-stream|invoke|invoke-with-response-stream)$/;

/**
 * `POST …/model/{model}/converse` and `/converse-stream`, of Anthropic's models `/invoke` and
 * `/invoke-with-response-stream` as well. Signatures are not checked, only that there is one.
 */
export function bedrockWire(simulation: Simulation): Wire {
  return {
    find(method, path) {
      const found = method === 'POST' ? target.exec(path) : null;
      if (found === null) return undefined;
      const model = decodeURIComponent(found[1] ?? '');
      const [, , action = ''] = found;
      const isStream = action.endsWith('-stream');
      const chat = action.startsWith('invoke') ? invokeChat : bedrockChat;
      return (call) => answerVendorChat(call, simulation, chat, { model, isStream });
    },
    refuse: (call, refusal) =>
      sendRefusal(call, usualRefusal(REFUSED_STATUS[refusal]), bedrockChat.say),
  };
}
