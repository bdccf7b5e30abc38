import type { MediaSource, Part, ToolResultPart } from '@tollgate/neutral';
import { isObject } from '../chat/fields.ts';
import type { CallIds } from './call-ids.ts';
import { readSignature, readThought } from './carried-signature.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What the neutral model has a place for; a part with anything else is kept as it was written. */
const KNOWN = new Set([
  'text',
  'inlineData',
  'fileData',
  'functionCall',
  'functionResponse',
  'thought',
  'thoughtSignature',
]);

/** One part, its names in camelCase. */
export function decodePart(part: Fields, ids: CallIds): Part {
  if (!Object.keys(part).every((name) => KNOWN.has(name))) return foreign(part);
  const { text, thought, thoughtSignature, functionCall, functionResponse } = part;
  const signed = typeof thoughtSignature === 'string' && thoughtSignature !== '';
  if (thought === true && (text === undefined || typeof text === 'string'))
    return {
      type: 'reasoning',
      text: text ?? '',
      ...(signed ? readThought(thoughtSignature) : {}),
    };
  const signature = signed ? { signature: readSignature(thoughtSignature) } : {};
  if (typeof text === 'string') return { type: 'text', text, ...signature };
  if (isObject(functionCall)) {
    const name = textOf(functionCall['name']);
    return {
      type: 'tool-call',
      id: ids.ofCall(name, functionCall['id']),
      name,
      argumentsText: JSON.stringify(functionCall['args'] ?? {}),
      kind: 'function',
      ...signature,
    };
  }
  if (isObject(functionResponse)) return decodeResult(functionResponse, ids);
  const source = sourceOf(part);
  return source ? mediaPart(source, signature) : foreign(part);
}

function foreign(part: Fields): Part {
  const name = Object.keys(part).find((key) => key !== 'thoughtSignature') ?? 'part';
  return { type: 'foreign', wire: 'gemini', name, json: part };
}

function mediaPart(
  source: MediaSource,
  signature: { signature?: ReturnType<typeof readSignature> },
): Part {
  const kind = source.mediaType?.split('/')[0];
  if (kind === 'image') return { type: 'image', source, ...signature };
  if (kind === 'audio' || kind === 'video') return { type: kind, source };
  return { type: 'document', source };
}

function sourceOf({ inlineData, fileData }: Fields): MediaSource | undefined {
  if (isObject(inlineData)) {
    const { mimeType, data } = inlineData;
    return typeof data === 'string'
      ? { kind: 'data', mediaType: textOf(mimeType), base64: toStandardBase64(data) }
      : undefined;
  }
  if (!isObject(fileData)) return undefined;
  const { mimeType, fileUri } = fileData;
  if (typeof fileUri !== 'string') return undefined;
  const typed = typeof mimeType === 'string' ? { mediaType: mimeType } : {};
  return UPLOADED.test(fileUri)
    ? { kind: 'file', wire: 'gemini', id: fileUri, ...typed }
    : { kind: 'url', url: fileUri, ...typed };
}

/** Files of Google's own stores: nobody else can read them. */
const UPLOADED = /^(gs:\/\/|files\/|https:\/\/generativelanguage\.googleapis\.com\/)/;

/** protobuf's JSON takes base64 of both alphabets. */
function toStandardBase64(data: string): string {
  return /[-_]/.test(data) ? data.replaceAll('-', '+').replaceAll('_', '/') : data;
}

function decodeResult(result: Fields, ids: CallIds): ToolResultPart {
  const name = textOf(result['name']);
  const { response, parts } = result;
  const { text, isError } = resultText(response);
  const media = (Array.isArray(parts) ? parts : []).filter(isObject).map(sourceOf);
  return {
    type: 'tool-result',
    callId: ids.ofResult(name, result['id']),
    name,
    parts: [
      ...(text === undefined ? [] : [{ type: 'text' as const, text }]),
      ...media.flatMap((source) => (source ? [resultMedia(source)] : [])),
    ],
    ...(isError ? { isError } : {}),
    kind: 'function',
  };
}

function resultMedia(source: MediaSource): ToolResultPart['parts'][number] {
  const part = mediaPart(source, {});
  return part.type === 'image' || part.type === 'audio' || part.type === 'video'
    ? part
    : { type: 'document', source };
}

/**
 * A result is an object; Google reads `output` and `error` in it as what the function gave or how it failed. A lone text
 * under one of them becomes the text itself, all else its JSON.
 */
function resultText(response: unknown): { text: string | undefined; isError: boolean } {
  if (!isObject(response)) return { text: undefined, isError: false };
  const [entry, another] = Object.entries(response);
  if (entry && !another) {
    const [key, value] = entry;
    const isError = key === 'error';
    if ((key === 'output' || isError) && typeof value === 'string' && !/^\s*\{/.test(value))
      return { text: value, isError };
    if (isError) return { text: JSON.stringify(response), isError };
  }
  return { text: JSON.stringify(response), isError: false };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
