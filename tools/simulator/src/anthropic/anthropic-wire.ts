import type { Call, Simulation, Wire } from '../http/call.ts';
import { sendJson } from '../http/send-json.ts';
import { sendRefusal } from '../openai/open-record.ts';
import { promptTokensOf } from '../openai/prompt-tokens.ts';
import { readRequest } from '../openai/read-request.ts';
import { isRefusal, usualRefusal } from '../openai/refusal.ts';
import { answerVendorChat, REFUSED_STATUS } from '../vendor-chat/vendor-chat.ts';
import { anthropicChat } from './anthropic-chat.ts';
import { hostedAnthropicChat } from './hosted-chat.ts';
import { parseMessages } from './parse-messages.ts';

const countSuffix = '/messages/count_tokens';
const onVertex = /\/publishers\/anthropic\/models\/([^/:]+):(rawPredict|streamRawPredict)$/;
/** Stands where a model's name would. */
const counting = 'count-tokens';
const vertexChat = hostedAnthropicChat('vertex-2023-10-16', true);

/** `POST …/v1/messages` and `…/v1/messages/count_tokens`, as Anthropic has them, and both as Vertex has them. */
export function anthropicWire(simulation: Simulation): Wire {
  return {
    find(method, path) {
      if (method !== 'POST') return undefined;
      if (path.endsWith('/messages'))
        return (call) => answerVendorChat(call, simulation, anthropicChat, null);
      if (path.endsWith(countSuffix)) return countTokens;
      const found = onVertex.exec(path);
      if (found === null) return undefined;
      const model = decodeURIComponent(found[1] ?? '');
      if (model === counting) return countTokens;
      const isStream = found[2] === 'streamRawPredict';
      return (call) => answerVendorChat(call, simulation, vertexChat, { model, isStream });
    },
    refuse: (call, refusal) =>
      sendRefusal(call, usualRefusal(REFUSED_STATUS[refusal]), anthropicChat.say),
  };
}

/** Counts as a message would be counted; it costs nothing and is not in the journal. */
function countTokens(call: Call): void {
  const read = readRequest(call);
  if (read.refusal !== null) return sendRefusal(call, read.refusal, anthropicChat.say);
  const request = parseMessages({ max_tokens: 1, ...read.body });
  if (isRefusal(request)) return sendRefusal(call, request, anthropicChat.say);
  sendJson(call.response, 200, { input_tokens: promptTokensOf(request.messages) });
}
