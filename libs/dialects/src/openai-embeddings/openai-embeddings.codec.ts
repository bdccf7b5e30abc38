import type { Failure, Result } from '@tollgate/contracts';
import { succeed } from '@tollgate/contracts';
import { type EmbeddingAnswer, type EmbeddingRequest, vectorToBase64 } from '@tollgate/neutral';
import { optional } from '../json/optional.ts';
import { readObject } from '../json/read-object.ts';
import { jsonAnswer } from '../operation/json-answer.ts';
import { invalid, numberOf, othersOf, textOf } from '../operation/read-fields.ts';
import type {
  EncodedAnswer,
  OperationCodec,
  OperationContext,
  OperationSource,
} from '../operation-codec.ts';
import { decodeInput } from './read-input.ts';

/** What has a neutral meaning, or, like the model and the encoding, is not the provider's matter. */
const KNOWN = new Set(['model', 'input', 'dimensions', 'user', 'encoding_format']);

export const openaiEmbeddingsCodec: OperationCodec<'embeddings'> = {
  dialect: 'openai-embeddings',
  operation: 'embeddings',
  fieldNames: {},
  decodeRequest,
  encodeAnswer,
};

function decodeRequest({ body }: OperationSource): Result<EmbeddingRequest, Failure> {
  const read = readObject(body);
  if (!read.ok) return read;
  const { fields } = read.value;
  const inputs = decodeInput(fields['input']);
  if (!inputs) return invalid({ param: 'input', message: '"input" must be text or tokens.' });
  const encoding = fields['encoding_format'] ?? 'float';
  if (encoding !== 'float' && encoding !== 'base64') {
    const message = '"encoding_format" must be "float" or "base64".';
    return invalid({ param: 'encoding_format', message });
  }
  return succeed({
    inputs,
    ...optional('dimensions', numberOf(fields, 'dimensions')),
    ...optional('endUser', textOf(fields, 'user')),
    others: othersOf(fields, KNOWN),
  });
}

function encodeAnswer(
  { model, vectors, usage }: EmbeddingAnswer,
  { body, modelAsked }: OperationContext,
): EncodedAnswer {
  const read = readObject(body);
  const isBase64 = read.ok && read.value.fields['encoding_format'] === 'base64';
  const tokens = usage?.inputTokens ?? 0;
  return jsonAnswer({
    object: 'list',
    data: vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: isBase64 ? vectorToBase64(vector) : Array.from(vector),
    })),
    model: model || (modelAsked ?? ''),
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  });
}
