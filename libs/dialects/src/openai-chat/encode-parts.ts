import { carryOpaque, type ImagePart, type Opaque, type ToolCallPart } from '@tollgate/neutral';

type Fields = Readonly<Record<string, unknown>>;

/** A call as it stands in `tool_calls`. */
export function encodeToolCall(part: ToolCallPart): Fields {
  const { id, name, argumentsText, kind, signature } = part;
  return {
    id,
    type: kind,
    ...(kind === 'custom'
      ? { custom: { name, input: argumentsText } }
      : { function: { name, arguments: argumentsText } }),
    ...(signature ? { extra_content: thoughtSignature(signature) } : {}),
  };
}

/** The place for a signature on a call, a text or an image: Google's own OpenAI endpoint has it there. */
export function thoughtSignature(signature: Opaque): Fields {
  return { google: { thought_signature: carryOpaque(signature, 'gemini') } };
}

/** One of the `images` of an answer, as OpenRouter gives them; undefined for one that only its vendor can read. */
export function encodeImage({ source, signature }: ImagePart): Fields | undefined {
  const url = imageUrl(source);
  if (url === undefined) return undefined;
  return {
    type: 'image_url',
    image_url: { url },
    ...(signature ? { extra_content: thoughtSignature(signature) } : {}),
  };
}

function imageUrl(source: ImagePart['source']): string | undefined {
  if (source.kind === 'url') return source.url;
  return source.kind === 'data' ? `data:${source.mediaType};base64,${source.base64}` : undefined;
}
