import { type Failure, type Result, succeed } from '@tollgate/contracts';
import type {
  ImagePart,
  ModerationAnswer,
  ModerationFinding,
  ModerationRequest,
  TextPart,
} from '@tollgate/neutral';
import { isObject } from '../chat/fields.ts';
import { readObject } from '../json/read-object.ts';
import { decodeMediaUrl } from '../media/data-url.ts';
import { jsonAnswer } from '../operation/json-answer.ts';
import { invalid, othersOf } from '../operation/read-fields.ts';
import type {
  EncodedAnswer,
  OperationCodec,
  OperationContext,
  OperationSource,
} from '../operation-codec.ts';

const KNOWN = new Set(['model', 'input']);

export const openaiModerationCodec: OperationCodec<'moderation'> = {
  dialect: 'openai-moderation',
  operation: 'moderation',
  fieldNames: {},
  decodeRequest,
  encodeAnswer,
};

function decodeRequest({ body }: OperationSource): Result<ModerationRequest, Failure> {
  const read = readObject(body);
  if (!read.ok) return read;
  const { fields } = read.value;
  const inputs = decodeInputs(fields['input']);
  if (!inputs) return invalid({ param: 'input', message: '"input" has a part of unknown type.' });
  return succeed({ inputs, others: othersOf(fields, KNOWN) });
}

/** Texts are judged one by one, parts together. */
function decodeInputs(input: unknown): ModerationRequest['inputs'] | undefined {
  if (typeof input === 'string') return [[{ type: 'text', text: input }]];
  if (!Array.isArray(input)) return undefined;
  if (input.every((item) => typeof item === 'string'))
    return input.map((text) => [{ type: 'text', text }]);
  const parts = input.map(decodePart);
  const known = parts.filter((part) => part !== undefined);
  return known.length === parts.length ? [known] : undefined;
}

function decodePart(part: unknown): TextPart | ImagePart | undefined {
  if (!isObject(part)) return undefined;
  const { type, text, image_url: image } = part;
  if (type === 'text' && typeof text === 'string') return { type: 'text', text };
  const url = isObject(image) ? image['url'] : undefined;
  if (type !== 'image_url' || typeof url !== 'string') return undefined;
  return { type: 'image', source: decodeMediaUrl(url) };
}

function encodeAnswer(
  { id, model, findings }: ModerationAnswer,
  { requestId, modelAsked }: OperationContext,
): EncodedAnswer {
  return jsonAnswer({
    id: id || `modr-${requestId}`,
    model: model || (modelAsked ?? ''),
    results: findings.map(encodeFinding),
  });
}

/** `flagged` is OpenAI's word for: any category is. */
function encodeFinding({ categories, scores, inputTypes }: ModerationFinding): object {
  return {
    flagged: Object.values(categories).includes(true),
    categories,
    category_scores: scores,
    ...(inputTypes ? { category_applied_input_types: inputTypes } : {}),
  };
}
