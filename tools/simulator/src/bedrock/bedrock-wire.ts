import type { Simulation, Wire } from '../http/call.ts';
import { sendRefusal } from '../openai/open-record.ts';
import { usualRefusal } from '../openai/refusal.ts';
import { answerVendorChat, REFUSED_STATUS } from '../vendor-chat/vendor-chat.ts';
import { bedrockChat } from './bedrock-chat.ts';

const target = /\/model\/([^/]+)\/(converse|converse-stream)$/;

/** `POST …/model/{model}/converse` and `/converse-stream`. Signatures are not checked, only that there is one. */
export function bedrockWire(simulation: Simulation): Wire {
  return {
    find(method, path) {
      const found = method === 'POST' ? target.exec(path) : null;
      if (found === null) return undefined;
      const model = decodeURIComponent(found[1] ?? '');
      const isStream = found[2] === 'converse-stream';
      return (call) => answerVendorChat(call, simulation, bedrockChat, { model, isStream });
    },
    refuse: (call, refusal) =>
      sendRefusal(call, usualRefusal(REFUSED_STATUS[refusal]), bedrockChat.say),
  };
}
