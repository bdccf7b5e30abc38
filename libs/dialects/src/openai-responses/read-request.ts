import { fail, failure, type Failure, type Result, succeed } from '@tollgate/contracts';
import {
  checkMetadata,
  type FieldProblem,
  isAbsent,
  isObject,
  NO_METADATA,
  optionalInteger,
  optionalString,
} from '../chat/fields.ts';
import { mayCompact, responsesHostedCalls } from '../profile/hosted-tools.ts';
import { addedPromptTokens, countInputTokens } from '../profile/input-tokens.ts';
import { CAPABILITY_BIT, capabilitiesOf, type RequestProfile } from '../profile/request-profile.ts';
import { surchargeAsked } from '../profile/surcharge.ts';
import { readInput } from './read-input.ts';

type Body = Readonly<Record<string, unknown>>;

/** Printable ASCII: the name stands in answer headers. */
const MODEL = /^[\x20-\x7e]{1,256}$/;
const MAX_OUTPUT_TOKENS = 100_000_000;
const LONGEST_USER = 512;

/** Validates the fields that Tollgate acts on and reads the profile off them. */
export function readRequest(body: Body, bodyBytes: number): Result<RequestProfile, Failure> {
  const problem = findProblem(body);
  if (problem) return invalid(problem);
  const input = readInput(body);
  if (!input.ok) return invalid(input);

  const { estimate, bound } = countInputTokens(bodyBytes, input.media);
  const bits = input.capabilityBits | capabilityBits(body);
  const { model, stream, max_output_tokens: cap, metadata } = body;
  return succeed({
    operation: 'chat',
    modelAsked: typeof model === 'string' ? model : null,
    capabilities: capabilitiesOf(bits),
    capabilityBits: bits,
    responseProfile: null,
    stream: stream === true,
    usageAsked: true,
    inputTokensEstimate: estimate,
    inputTokensBound: bound + addedPromptTokens(bits),
    outputCap: typeof cap === 'number' ? cap : null,
    // What it sums up is a text of its own.
    choices: mayCompact(body) ? 2 : 1,
    outputBound: null,
    hostedToolCalls: responsesHostedCalls(body),
    surcharge: surchargeAsked(body),
    // Checked above: an object of strings, or absent.
    metadata: (metadata as Record<string, string> | null | undefined) ?? NO_METADATA,
    endUser: endUserOf(body),
  });
}

function findProblem(body: Body): FieldProblem | null {
  const { model, stream, store, tools, metadata } = body;
  if (!isAbsent(model) && !(typeof model === 'string' && MODEL.test(model))) {
    const message = '"model" must be a string of 1 to 256 printable ASCII characters.';
    return { param: 'model', message };
  }
  if (!isAbsent(stream) && typeof stream !== 'boolean')
    return { param: 'stream', message: '"stream" must be true or false.' };
  if (!isAbsent(store) && typeof store !== 'boolean')
    return { param: 'store', message: '"store" must be true or false.' };
  if (!isAbsent(tools) && !(Array.isArray(tools) && tools.every(isObject)))
    return { param: 'tools', message: '"tools" must be an array of objects.' };
  return (
    optionalObject(body, 'text') ??
    optionalObject(body, 'reasoning') ??
    optionalInteger(body, 'max_output_tokens', 1, MAX_OUTPUT_TOKENS) ??
    optionalString(body, 'user', LONGEST_USER) ??
    optionalString(body, 'safety_identifier', LONGEST_USER) ??
    (isAbsent(metadata) ? null : checkMetadata(metadata))
  );
}

function optionalObject(body: Body, param: string): FieldProblem | null {
  const value = body[param];
  if (isAbsent(value) || isObject(value)) return null;
  return { param, message: `"${param}" must be an object.` };
}

function capabilityBits({ tools, text, reasoning }: Body): number {
  let bits = 0;
  if (Array.isArray(tools) && tools.length > 0) bits |= CAPABILITY_BIT.tools;
  const format = isObject(text) ? text.format : undefined;
  if (isObject(format) && format.type === 'json_schema') bits |= CAPABILITY_BIT.json_schema;
  const effort = isObject(reasoning) ? reasoning.effort : undefined;
  if (typeof effort === 'string' && effort !== 'none') bits |= CAPABILITY_BIT.reasoning;
  return bits;
}

/** `safety_identifier` took the place of `user`. */
function endUserOf({ user, safety_identifier: identifier }: Body): string | null {
  if (typeof user === 'string') return user;
  return typeof identifier === 'string' ? identifier : null;
}

function invalid({ param, message }: FieldProblem): Result<never, Failure> {
  return fail(failure('request.validation_error', { param, message }));
}
