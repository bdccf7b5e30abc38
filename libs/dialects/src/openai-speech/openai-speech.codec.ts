import { type Failure, type Result, succeed } from '@tollgate/contracts';
import type { SpeechAnswer, SpeechRequest } from '@tollgate/neutral';
import { optional } from '../json/optional.ts';
import { readObject } from '../json/read-object.ts';
import { numberOf, othersOf, textOf } from '../operation/read-fields.ts';
import type { EncodedAnswer, OperationCodec, OperationSource } from '../operation-codec.ts';

const KNOWN = new Set(['model', 'input', 'voice', 'instructions', 'response_format', 'speed']);

export const openaiSpeechCodec: OperationCodec<'speech'> = {
  dialect: 'openai-speech',
  operation: 'speech',
  fieldNames: {},
  decodeRequest,
  encodeAnswer,
};

function decodeRequest({ body }: OperationSource): Result<SpeechRequest, Failure> {
  const read = readObject(body);
  if (!read.ok) return read;
  const { fields } = read.value;
  const voice = textOf(fields, 'voice');
  const others = othersOf(fields, KNOWN);
  return succeed({
    text: textOf(fields, 'input') ?? '',
    ...optional('voice', voice),
    ...optional('instructions', textOf(fields, 'instructions')),
    ...optional('format', textOf(fields, 'response_format')),
    ...optional('speed', numberOf(fields, 'speed')),
    // A voice of the client's own making is an object, and known to its vendor alone.
    others: voice === undefined && fields['voice'] ? { ...others, voice: fields['voice'] } : others,
  });
}

function encodeAnswer({ audio, mediaType }: SpeechAnswer): EncodedAnswer {
  return { body: audio, contentType: mediaType };
}
