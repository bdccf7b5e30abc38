import type { Simulation, Wire } from '../http/call.ts';
import { sendRefusal } from '../openai/open-record.ts';
import { usualRefusal } from '../openai/refusal.ts';
import { answerVendorChat, REFUSED_STATUS } from '../vendor-chat/vendor-chat.ts';
import { responsesChat } from './responses-chat.ts';

/** `POST …/responses`. */
export function responsesWire(simulation: Simulation): Wire {
  return {
    find(method, path) {
      if (method !== 'POST' || !path.endsWith('/responses')) return undefined;
      return (call) => answerVendorChat(call, simulation, responsesChat, null);
    },
    refuse: (call, refusal) => sendRefusal(call, usualRefusal(REFUSED_STATUS[refusal])),
  };
}
