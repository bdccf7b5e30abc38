import { nameOfCall, type ToolResultPart } from '@tollgate/neutral';
import { isRecord, parseJson } from '../json/json-value.ts';
import type { EncodeContext, Json } from './encode-context.ts';
import { encodeMedia, isMedia } from './encode-media.ts';

/** `functionResponse`, and behind it the media that the model does not take inside one. */
export function encodeToolResult(part: ToolResultPart, context: EncodeContext): readonly Json[] {
  const { conversation, losses, traits, isVertex, isOwn } = context;
  if (part.cache) losses.drop('messages[].content[].cache_control');
  const name = part.name ?? nameOfCall(conversation.messages, part.callId);
  if (name === undefined || part.kind === 'custom') {
    losses.refuse('messages[].tool_call_id');
    return [];
  }
  const media = part.parts
    .filter(isMedia)
    .map((one) => encodeMedia(one, context))
    .filter((one) => one !== undefined);
  const isInside = media.length > 0 && (traits.takesMediaInResults || isOwn);
  const response: Json = {
    functionResponse: {
      ...(isVertex ? {} : { id: part.callId }),
      name,
      response: responseOf(part),
      ...(isInside ? { parts: media } : {}),
    },
  };
  if (media.length === 0 || isInside) return [response];
  losses.adapt('messages[].content[].image_url');
  return [response, ...media];
}

/** A result is an object to Google: JSON objects go as they are, texts under the names that it reads. */
function responseOf({ parts, isError }: ToolResultPart): Json {
  const texts = parts.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  const text = texts.join('\n');
  const value = /^\s*\{/.test(text) ? parseJson(text) : undefined;
  if (!isError) {
    if (isRecord(value)) return { ...value };
    return texts.length === 0 ? {} : { output: text };
  }
  if (isRecord(value) && Object.keys(value).join() === 'error') return { ...value };
  return { error: isRecord(value) ? value : text };
}
