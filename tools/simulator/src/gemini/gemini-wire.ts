import type { Simulation, Wire } from '../http/call.ts';
import { sendRefusal } from '../openai/open-record.ts';
import { usualRefusal } from '../openai/refusal.ts';
import { answerVendorChat, REFUSED_STATUS } from '../vendor-chat/vendor-chat.ts';
import { geminiChat } from './gemini-chat.ts';

const target = /\/models\/([^/:]+):(generateContent|streamGenerateContent)$/;

/** `POST …/models/{model}:generateContent` and `:streamGenerateContent`, at Google AI Studio's paths and Vertex's. */
export function geminiWire(simulation: Simulation): Wire {
  return {
    find(method, path) {
      const found = method === 'POST' ? target.exec(path) : null;
      if (found === null) return undefined;
      const model = decodeURIComponent(found[1] ?? '');
      const isStream = found[2] === 'streamGenerateContent';
      return (call) => answerVendorChat(call, simulation, geminiChat, { model, isStream });
    },
    refuse: (call, refusal) =>
      sendRefusal(call, usualRefusal(REFUSED_STATUS[refusal]), geminiChat.say),
  };
}
