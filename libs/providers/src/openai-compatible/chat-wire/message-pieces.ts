import {
  argumentsText,
  decodeAnnotation,
  decodeMediaUrl,
  optional,
  readThoughtSignature,
} from '@tollgate/dialects';
import type { AnswerPart, Citation, Opaque } from '@tollgate/neutral';
import { isRecord } from '../../json/json-value.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What one message, or one `delta` of a streamed one, adds to its choice, in order. */
export type Piece =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'refusal'; readonly text: string }
  /** `detail`: the entry of `reasoning_details` it stands in; null for plain reasoning. */
  | { readonly type: 'reasoning'; readonly text: string; readonly detail: Fields | null }
  | { readonly type: 'citation'; readonly citation: Citation }
  | { readonly type: 'audio'; readonly audio: Fields }
  | { readonly type: 'image'; readonly part: AnswerPart }
  | { readonly type: 'text-signature'; readonly signature: Opaque }
  | { readonly type: 'call'; readonly call: CallPiece };

/** A call, or more of one. */
export interface CallPiece {
  readonly index: number;
  readonly id: string;
  readonly name: string;
  readonly argumentsText: string;
  readonly kind: 'function' | 'custom';
  readonly signature?: Opaque;
}

export function readPieces(message: Fields): Piece[] {
  const pieces: Piece[] = [...reasoningPieces(message), ...contentPieces(message.content)];
  const { refusal, audio, images, annotations, tool_calls: calls } = message;
  for (const annotation of list(annotations).filter(isRecord))
    pieces.push({ type: 'citation', citation: decodeAnnotation(annotation) });
  const signature = readThoughtSignature(message);
  if (signature) pieces.push({ type: 'text-signature', signature });
  if (typeof refusal === 'string' && refusal !== '')
    pieces.push({ type: 'refusal', text: refusal });
  if (isRecord(audio)) pieces.push({ type: 'audio', audio });
  for (const image of list(images)) pieces.push(...imagePieces(image));
  for (const [at, call] of list(calls).entries())
    if (isRecord(call)) pieces.push({ type: 'call', call: readCall(call, at) });
  const { function_call: old } = message;
  if (isRecord(old)) pieces.push({ type: 'call', call: readCall({ function: old }, 0) });
  return pieces;
}

/** Details say more than the plain text beside them; where none of them has text, both are kept. */
function reasoningPieces(message: Fields): Piece[] {
  const { reasoning_content: content, reasoning } = message;
  const text = typeof content === 'string' && content !== '' ? content : reasoning;
  const plain: Piece[] =
    typeof text === 'string' && text !== '' ? [{ type: 'reasoning', text, detail: null }] : [];
  const details = list(message.reasoning_details)
    .filter(isRecord)
    .map((detail): Piece => ({ type: 'reasoning', text: detailText(detail), detail }));
  if (details.length === 0) return plain;
  return details.some((piece) => piece.type === 'reasoning' && piece.text !== '')
    ? details
    : [...plain, ...details];
}

function detailText({ text, summary }: Fields): string {
  if (typeof text === 'string') return text;
  return typeof summary === 'string' ? summary : '';
}

/** Text, or Mistral's chunks. */
function contentPieces(content: unknown): Piece[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  return list(content).filter(isRecord).flatMap(chunkPieces);
}

function chunkPieces(chunk: Fields): Piece[] {
  const { type, text, thinking } = chunk;
  switch (type) {
    case 'text':
      return contentPieces(text);
    case 'thinking': {
      const thought =
        typeof thinking === 'string'
          ? thinking
          : list(thinking)
              .map((inner) => (isRecord(inner) && typeof inner.text === 'string' ? inner.text : ''))
              .join('');
      return thought === '' ? [] : [{ type: 'reasoning', text: thought, detail: null }];
    }
    case 'image_url':
      return imagePieces(chunk);
    case 'reference':
      return [
        {
          type: 'citation',
          citation: { kind: 'other', original: { wire: 'openai-chat', json: chunk } },
        },
      ];
    default:
      return [];
  }
}

function imagePieces(image: unknown): Piece[] {
  if (!isRecord(image)) return [];
  const { image_url: value } = image;
  const url = isRecord(value) ? value.url : value;
  if (typeof url !== 'string') return [];
  const signature = readThoughtSignature(image);
  const part: AnswerPart = {
    type: 'image',
    source: decodeMediaUrl(url),
    ...optional('signature', signature),
  };
  return [{ type: 'image', part }];
}

function readCall(call: Fields, at: number): CallPiece {
  const { index, id, custom } = call;
  const isCustom = isRecord(custom);
  const named = isCustom ? custom : isRecord(call.function) ? call.function : {};
  return {
    index: typeof index === 'number' && Number.isInteger(index) && index >= 0 ? index : at,
    id: typeof id === 'string' ? id : '',
    name: typeof named.name === 'string' ? named.name : '',
    argumentsText: argumentsText(isCustom ? named.input : named.arguments),
    kind: isCustom ? 'custom' : 'function',
    ...optional('signature', readThoughtSignature(call)),
  };
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** What the pieces of one detail say together, without its text. */
export function mergedHead(head: Fields, detail: Fields): Fields {
  const known = Object.entries(detail).filter(
    ([key, value]) => value !== null && value !== undefined && key !== 'text' && key !== 'summary',
  );
  return { ...head, ...Object.fromEntries(known) };
}
