import {
  parseArguments,
  type AnswerPart,
  type MediaSource,
  type ReasoningPart,
  type ToolCallPart,
} from '@tollgate/neutral';
import { isObject } from '../chat/fields.ts';
import { carrySignature, carryThought } from './carried-signature.ts';

/** Name of the foreign part in which Google's answers carry what stands beside a candidate's content. */
export const CANDIDATE = 'candidate';

/** The parts of a candidate that tell one part of an answer; none for what only another vendor's clients read. */
export function encodePart(part: AnswerPart): readonly object[] {
  switch (part.type) {
    case 'text':
    case 'refusal': {
      const signature = part.type === 'text' ? part.signature : undefined;
      return [
        {
          text: part.text,
          ...(signature ? { thoughtSignature: carrySignature(signature) } : {}),
        },
      ];
    }
    case 'reasoning':
      return [encodeThought(part)];
    case 'tool-call': {
      const call = encodeCall(part);
      return call ? [call] : [];
    }
    case 'image':
      return mediaParts(
        part.source,
        part.signature ? { thoughtSignature: carrySignature(part.signature) } : {},
      );
    case 'audio':
      return [
        ...(part.transcript ? [{ text: part.transcript }] : []),
        ...mediaParts(part.source, {}),
      ];
    case 'foreign':
      return part.wire === 'gemini' && part.name !== CANDIDATE && isObject(part.json)
        ? [part.json]
        : [];
  }
}

export function encodeThought(part: ReasoningPart): object {
  const carried = carryThought(part);
  return {
    text: part.text,
    thought: true,
    ...(carried === undefined ? {} : { thoughtSignature: carried }),
  };
}

/** Undefined when the arguments are no JSON object: Google's clients cannot be told of such a call. */
export function encodeCall(part: ToolCallPart): object | undefined {
  const args =
    part.kind === 'custom' ? { input: part.argumentsText } : objectOf(part.argumentsText);
  if (!args) return undefined;
  return {
    functionCall: { id: part.id, name: part.name, args },
    ...(part.signature ? { thoughtSignature: carrySignature(part.signature) } : {}),
  };
}

/** A call without arguments may have an empty text. */
function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  if (text.trim() === '') return {};
  const value = parseArguments(text);
  return isObject(value) ? value : undefined;
}

function mediaParts(source: MediaSource, signed: object): readonly object[] {
  switch (source.kind) {
    case 'data':
      return [{ inlineData: { mimeType: source.mediaType, data: source.base64 }, ...signed }];
    case 'url':
    case 'file': {
      const fileUri = source.kind === 'url' ? source.url : source.id;
      const { mediaType: mimeType } = source;
      return [
        { fileData: mimeType === undefined ? { fileUri } : { mimeType, fileUri }, ...signed },
      ];
    }
    case 'text':
      return [{ text: source.text }];
  }
}
