import { invalidRequest } from '../openai/refusal.ts';
import type { VendorChat } from '../vendor-chat/vendor-chat.ts';
import { anthropicChat } from './anthropic-chat.ts';
import { parseMessages } from './parse-messages.ts';

/**
 * Anthropic's messages on a platform that serves them itself: the URL names the model and whether to stream, the body the
 * platform's version. A body that says what the URL says is refused, as the platforms do.
 * @param version `anthropic_version` of the body
 * @param mayStream the body may say `stream` all the same
 */
export function hostedAnthropicChat(version: string, mayStream: boolean): VendorChat {
  return {
    ...anthropicChat,
    idPrefix: 'msg_hosted_',
    parse: (body, target) => {
      const { anthropic_version: given, model, stream, ...fields } = body;
      if (!target || given !== version)
        return invalidRequest(`anthropic_version: must be ${version}`, 'anthropic_version');
      if (model !== undefined)
        return invalidRequest('model: Extra inputs are not permitted', 'model');
      if (stream !== undefined && !mayStream)
        return invalidRequest('stream: Extra inputs are not permitted', 'stream');
      return parseMessages({ ...fields, model: target.model, stream: target.isStream });
    },
  };
}
