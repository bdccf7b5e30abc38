import { fail, failure, type Failure, type Result, succeed } from '@tollgate/contracts';
import { type FieldProblem, isAbsent, isObject, optionalInteger } from '../chat/fields.ts';
import { readChat } from '../chat/read-chat.ts';
import type { Dialect, ParsedRequest } from '../dialect.ts';
import { readObject } from '../json/read-object.ts';
import { renderFailure, renderStreamFailure } from '../openai-chat/render-failure.ts';
import { failureSchema } from '../openai-chat/schema.ts';
import { requestSchema } from './schema.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Printable ASCII: the name stands in answer headers. */
const MODEL = /^[\x20-\x7e]{1,256}$/;
const MOST_CHOICES = 128;
const MOST_LOGPROBS = 20;

/** OpenAI's completions of the time before chat. Fields that Tollgate does not know pass through as they are. */
export const openaiCompletions: Dialect = {
  name: 'openai-completions',
  requestSchema,
  failureSchema,
  parse,
  renderFailure,
  renderStreamFailure,
};

function parse(bytes: Uint8Array): Result<ParsedRequest, Failure> {
  const read = readObject(bytes);
  if (!read.ok) return read;
  const { fields } = read.value;
  const problem = findProblem(fields);
  if (problem) return fail(failure('request.validation_error', problem));
  const { model, stream_options: options } = fields;
  const messages = [{ role: 'user', content: '' }];
  const chat = readChat({ ...fields, messages }, bytes.length, {
    modelAsked: typeof model === 'string' ? model : null,
    responseProfile: null,
    usageAsked: isObject(options) && options['include_usage'] === true,
  });
  if (!chat.ok) return chat;
  return succeed({ profile: { ...chat.value, choices: choicesOf(fields) }, body: bytes });
}

function findProblem(fields: Fields): FieldProblem | null {
  const { model, stream_options: options, prompt, echo, suffix } = fields;
  if (!isAbsent(model) && !(typeof model === 'string' && MODEL.test(model)))
    return {
      param: 'model',
      message: '"model" must be a string of 1 to 256 printable ASCII characters.',
    };
  if (!isAbsent(options) && !isObject(options))
    return { param: 'stream_options', message: '"stream_options" must be an object.' };
  if (typeof prompt !== 'string' && !(Array.isArray(prompt) && prompt.length > 0))
    return { param: 'prompt', message: '"prompt" must be a string or a non-empty array.' };
  if (!isAbsent(echo) && typeof echo !== 'boolean')
    return { param: 'echo', message: '"echo" must be true or false.' };
  if (!isAbsent(suffix) && typeof suffix !== 'string')
    return { param: 'suffix', message: '"suffix" must be a string.' };
  return (
    optionalInteger(fields, 'best_of', 1, MOST_CHOICES) ??
    optionalInteger(fields, 'logprobs', 0, MOST_LOGPROBS)
  );
}

/** What is generated: each prompt's answers, or the more from which the best are taken. */
function choicesOf({ prompt, n, best_of: bestOf }: Fields): number {
  const each = Math.max(1, ...[n, bestOf].filter((count) => typeof count === 'number'));
  const isList = Array.isArray(prompt) && typeof prompt[0] !== 'number';
  return each * (isList ? prompt.length : 1);
}
