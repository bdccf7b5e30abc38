import {
  fail,
  failure,
  type Failure,
  type ResponseProfile,
  type Result,
  succeed,
} from '@tollgate/contracts';
import { chatHostedCalls } from '../profile/hosted-tools.ts';
import { addedPromptTokens, countInputTokens } from '../profile/input-tokens.ts';
import { CAPABILITY_BIT, capabilitiesOf, type RequestProfile } from '../profile/request-profile.ts';
import { surchargeAsked } from '../profile/surcharge.ts';
import {
  checkMetadata,
  isAbsent,
  isObject,
  NO_METADATA,
  optionalInteger,
  optionalString,
} from './fields.ts';
import { readMessages } from './read-messages.ts';

/** What tells the dialects of the chat family apart. */
export interface ChatReading {
  readonly modelAsked: string | null;
  readonly responseProfile: ResponseProfile | null;
  readonly usageAsked: boolean;
}

const MAX_CHOICES = 128;
const MAX_OUTPUT_TOKENS = 100_000_000;
const LONGEST_USER = 512;

/** Validates the fields that Tollgate acts on and reads the profile off them; every other field is the provider's matter. */
export function readChat(
  body: Readonly<Record<string, unknown>>,
  bodyBytes: number,
  reading: ChatReading,
): Result<RequestProfile, Failure> {
  const problem = findProblem(body);
  if (problem) return invalid(problem.param, problem.message);
  const messages = readMessages(body['messages']);
  if (!messages.ok) return invalid(messages.param, messages.message);

  const { estimate, bound } = countInputTokens(bodyBytes, messages.media);
  const bits = messages.capabilityBits | capabilityBits(body);
  return succeed({
    operation: 'chat',
    modelAsked: reading.modelAsked,
    capabilities: capabilitiesOf(bits),
    capabilityBits: bits,
    responseProfile: reading.responseProfile,
    stream: body['stream'] === true,
    usageAsked: reading.usageAsked,
    inputTokensEstimate: estimate,
    inputTokensBound: bound + addedPromptTokens(bits),
    outputCap: outputCapOf(body),
    choices: typeof body['n'] === 'number' ? body['n'] : 1,
    outputBound: null,
    hostedToolCalls: chatHostedCalls(body),
    surcharge: surchargeAsked(body),
    // Checked above: an object of strings, or absent.
    metadata: (body['metadata'] as Record<string, string> | null | undefined) ?? NO_METADATA,
    endUser: typeof body['user'] === 'string' ? body['user'] : null,
  });
}

/** Where both names are used, providers differ in which of them they go by. */
function outputCapOf(body: Readonly<Record<string, unknown>>): number | null {
  const { max_completion_tokens: newer, max_tokens: older } = body;
  if (typeof newer === 'number' && typeof older === 'number') return Math.max(newer, older);
  const cap = newer ?? older;
  return typeof cap === 'number' ? cap : null;
}

interface Problem {
  readonly param: string;
  readonly message: string;
}

function findProblem(body: Readonly<Record<string, unknown>>): Problem | null {
  const { stream, tools, response_format: format, metadata } = body;
  if (!isAbsent(stream) && typeof stream !== 'boolean') {
    return { param: 'stream', message: '"stream" must be true or false.' };
  }
  if (!isAbsent(tools) && !(Array.isArray(tools) && tools.every(isObject))) {
    return { param: 'tools', message: '"tools" must be an array of objects.' };
  }
  if (!isAbsent(format) && !(isObject(format) && typeof format['type'] === 'string')) {
    return {
      param: 'response_format',
      message: '"response_format" must be an object with a "type".',
    };
  }
  return (
    optionalInteger(body, 'max_completion_tokens', 1, MAX_OUTPUT_TOKENS) ??
    optionalInteger(body, 'max_tokens', 1, MAX_OUTPUT_TOKENS) ??
    optionalInteger(body, 'n', 1, MAX_CHOICES) ??
    optionalString(body, 'user', LONGEST_USER) ??
    (isAbsent(metadata) ? null : checkMetadata(metadata))
  );
}

function capabilityBits(body: Readonly<Record<string, unknown>>): number {
  let bits = 0;
  const { tools, functions, response_format: format, reasoning_effort: effort, modalities } = body;
  if (Array.isArray(tools) && tools.length) bits |= CAPABILITY_BIT.tools;
  if (Array.isArray(functions) && functions.length) bits |= CAPABILITY_BIT.tools;
  if (isObject(format) && format['type'] === 'json_schema') bits |= CAPABILITY_BIT.json_schema;
  if ((typeof effort === 'string' && effort !== 'none') || asksToThink(body))
    bits |= CAPABILITY_BIT.reasoning;
  if (Array.isArray(modalities) && modalities.includes('audio')) bits |= CAPABILITY_BIT.audio;
  return bits;
}

/** OpenRouter's and DeepSeek's ways to ask for reasoning. */
function asksToThink({ reasoning, thinking }: Readonly<Record<string, unknown>>): boolean {
  if (isObject(thinking)) return thinking['type'] !== 'disabled';
  if (!isObject(reasoning)) return false;
  const { effort, max_tokens: budget, enabled } = reasoning;
  return (
    (typeof effort === 'string' && effort !== 'none') ||
    (typeof budget === 'number' && budget > 0) ||
    enabled === true
  );
}

function invalid(param: string, message: string): Result<never, Failure> {
  return fail(failure('request.validation_error', { param, message }));
}
