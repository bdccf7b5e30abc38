import {
  fail,
  failure,
  type Failure,
  type Operation,
  type Result,
  succeed,
} from '@tollgate/contracts';
import {
  type FieldProblem,
  isAbsent,
  isObject,
  NO_METADATA,
  optionalInteger,
  optionalString,
} from '../chat/fields.ts';
import { anthropicCallerTools, anthropicHostedCalls, mayCompact } from '../profile/hosted-tools.ts';
import { addedPromptTokens, countInputTokens } from '../profile/input-tokens.ts';
import { outputBoundOf } from '../profile/output-bound.ts';
import { CAPABILITY_BIT, capabilitiesOf, type RequestProfile } from '../profile/request-profile.ts';
import { surchargeAsked } from '../profile/surcharge.ts';
import { BlockSurvey } from './read-blocks.ts';

/** Printable ASCII: the name stands in answer headers. */
const MODEL = /^[\x20-\x7e]{1,256}$/;
const MAX_OUTPUT_TOKENS = 100_000_000;
const LONGEST_USER = 512;

type Body = Readonly<Record<string, unknown>>;

/** Validates the fields that Tollgate acts on and reads the profile off them; all else is the provider's matter. */
export function readProfile(
  body: Body,
  bodyBytes: number,
  operation: Extract<Operation, 'chat' | 'count_tokens'>,
): Result<RequestProfile, Failure> {
  const survey = new BlockSurvey();
  const problem =
    findProblem(body, operation) ??
    readMessages(body['messages'], survey) ??
    readContent(body['system'], 'system', survey);
  if (problem) return fail(failure('request.validation_error', problem));

  const { estimate, bound } = countInputTokens(bodyBytes, survey.media);
  const bits = survey.capabilityBits | capabilityBits(body);
  const { model, max_tokens: outputCap, metadata } = body;
  const user = isObject(metadata) ? metadata['user_id'] : null;
  return succeed({
    operation,
    modelAsked: typeof model === 'string' ? model : null,
    capabilities: capabilitiesOf(bits),
    capabilityBits: bits,
    responseProfile: null,
    stream: operation === 'chat' && body['stream'] === true,
    usageAsked: true,
    inputTokensEstimate: estimate,
    inputTokensBound: bound + addedPromptTokens(bits, anthropicCallerTools(body)),
    outputCap: operation === 'chat' && typeof outputCap === 'number' ? outputCap : null,
    // What it sums up is a text of its own.
    choices: mayCompact(body) ? 2 : 1,
    outputBound: outputBoundOf(operation, { estimate, bound }),
    hostedToolCalls: operation === 'chat' ? anthropicHostedCalls(body) : 0,
    surcharge: operation === 'chat' ? surchargeAsked(body) : null,
    metadata: NO_METADATA,
    endUser: typeof user === 'string' ? user : null,
  });
}

function findProblem(body: Body, operation: Operation): FieldProblem | null {
  const { model, stream, tools, metadata, max_tokens: outputCap } = body;
  if (!isAbsent(model) && !(typeof model === 'string' && MODEL.test(model))) {
    const message = '"model" must be a string of 1 to 256 printable ASCII characters.';
    return { param: 'model', message };
  }
  if (operation === 'chat' && isAbsent(outputCap)) {
    return { param: 'max_tokens', message: '"max_tokens" is required.' };
  }
  if (!isAbsent(stream) && typeof stream !== 'boolean') {
    return { param: 'stream', message: '"stream" must be true or false.' };
  }
  if (!isAbsent(tools) && !(Array.isArray(tools) && tools.every(isObject))) {
    return { param: 'tools', message: '"tools" must be an array of objects.' };
  }
  for (const param of ['thinking', 'output_config', 'tool_choice', 'metadata'] as const) {
    if (!isAbsent(body[param]) && !isObject(body[param]))
      return { param, message: `"${param}" must be an object.` };
  }
  const capProblem = optionalInteger(body, 'max_tokens', 1, MAX_OUTPUT_TOKENS);
  if (capProblem || !isObject(metadata)) return capProblem;
  const user = optionalString(metadata, 'user_id', LONGEST_USER);
  return user && { param: 'metadata.user_id', message: user.message };
}

function readMessages(messages: unknown, survey: BlockSurvey): FieldProblem | null {
  if (!Array.isArray(messages) || messages.length === 0) {
    return { param: 'messages', message: '"messages" must be a non-empty array.' };
  }
  for (const [i, message] of messages.entries()) {
    const param = `messages[${i}]`;
    if (!isObject(message)) return { param, message: `"${param}" must be an object.` };
    if (typeof message['role'] !== 'string' || message['role'] === '') {
      return { param: `${param}.role`, message: `"${param}.role" must be a non-empty string.` };
    }
    const problem = readContent(message['content'], `${param}.content`, survey);
    if (problem) return problem;
  }
  return null;
}

function readContent(content: unknown, param: string, survey: BlockSurvey): FieldProblem | null {
  if (typeof content === 'string' || isAbsent(content)) return null;
  if (!Array.isArray(content) || !content.every(isObject)) {
    return { param, message: `"${param}" must be a string or an array of blocks.` };
  }
  for (const block of content) survey.read(block);
  return null;
}

function capabilityBits(body: Body): number {
  let bits = 0;
  const { tools, thinking, output_config: config, output_format: format } = body;
  if (Array.isArray(tools) && tools.length) bits |= CAPABILITY_BIT.tools;
  if (isObject(thinking) && thinking['type'] !== 'disabled') bits |= CAPABILITY_BIT.reasoning;
  if (isObject(format) || (isObject(config) && isObject(config['format'])))
    bits |= CAPABILITY_BIT.json_schema;
  return bits;
}
