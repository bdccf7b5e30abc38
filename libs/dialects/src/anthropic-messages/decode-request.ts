import { type Failure, type Result, succeed } from '@tollgate/contracts';
import {
  type Conversation,
  EFFORTS,
  type Message,
  type OutputFormat,
  type Part,
  type ReasoningWish,
} from '@tollgate/neutral';
import { isAbsent, isObject } from '../chat/fields.ts';
import { BlockReader, type Json } from './decode-blocks.ts';
import { Extras } from './decode-extras.ts';
import { decodeToolChoice, decodeTools } from './decode-tools.ts';

/** Fields that are read below, or that the route decides. */
const READ = new Set([
  'model',
  'stream',
  'messages',
  'system',
  'tools',
  'tool_choice',
  'max_tokens',
  'stop_sequences',
  'temperature',
  'top_p',
  'top_k',
  'thinking',
  'output_config',
  'output_format',
  'service_tier',
  'metadata',
]);

/** A whole request. Nothing of it is checked again: the provider judges what Tollgate does not act on. */
export function decodeRequest(fields: Json): Result<Conversation, Failure> {
  const extras = new Extras();
  const reader = new BlockReader(extras);
  const { tools, tool_choice: choice, stop_sequences: stop, output_config: config } = fields;
  const { effort, format, ...configRest } = isObject(config) ? config : {};
  const { user_id: user, ...metadataRest } = isObject(fields['metadata']) ? fields['metadata'] : {};
  const outputFormat = decodeFormat(format ?? fields['output_format']);
  const reasoning = decodeReasoningWish(fields['thinking'], effort);
  return succeed({
    messages: decodeMessages(fields, reader),
    ...(Array.isArray(tools) ? { tools: decodeTools(tools, extras) } : {}),
    ...(isObject(choice) ? decodeToolChoice(choice) : {}),
    ...(outputFormat ? { outputFormat } : {}),
    ...number('maxOutputTokens', fields['max_tokens']),
    ...(Array.isArray(stop) ? { stop: stop.filter((text) => typeof text === 'string') } : {}),
    ...number('temperature', fields['temperature']),
    ...number('topP', fields['top_p']),
    ...number('topK', fields['top_k']),
    ...(reasoning ? { reasoning } : {}),
    ...decodeTier(fields['service_tier']),
    ...(typeof user === 'string' ? { endUser: user } : {}),
    others: {
      ...othersOf(fields),
      ...unless(isEmpty(configRest), 'output_config', configRest),
      ...unless(isEmpty(metadataRest), 'metadata', metadataRest),
      ...unless(isEmpty(thinkingRest(fields['thinking'])), 'thinking', fields['thinking']),
      ...extras.byPath,
    },
    origin: 'anthropic',
  });
}

function decodeMessages(fields: Json, reader: BlockReader): readonly Message[] {
  const system = reader.read(fields['system']);
  const messages: Message[] = system.length > 0 ? [{ role: 'system', parts: system }] : [];
  const list = Array.isArray(fields['messages']) ? fields['messages'] : [];
  for (const message of list.filter(isObject)) {
    const parts = reader.read(message['content']);
    if (message['role'] === 'user') messages.push(...splitByRole(parts));
    else messages.push({ role: message['role'] === 'system' ? 'system' : 'assistant', parts });
  }
  return messages;
}

/** What tools answered stands in messages of its own: Anthropic writes it into the user's. */
function splitByRole(parts: readonly Part[]): readonly Message[] {
  if (parts.length === 0) return [{ role: 'user', parts }];
  const messages: { readonly role: 'user' | 'tool'; readonly parts: Part[] }[] = [];
  for (const part of parts) {
    const role = part.type === 'tool-result' ? 'tool' : 'user';
    const last = messages.at(-1);
    if (last?.role === role) last.parts.push(part);
    else messages.push({ role, parts: [part] });
  }
  return messages;
}

function decodeFormat(format: unknown): OutputFormat | undefined {
  if (!isObject(format) || format['type'] !== 'json_schema') return undefined;
  const { schema } = format;
  return isObject(schema) ? { type: 'json_schema', schema } : undefined;
}

function decodeReasoningWish(thinking: unknown, effort: unknown): ReasoningWish | undefined {
  const named = EFFORTS.find((name) => name === effort);
  const budgetTokens = isObject(thinking) ? budgetOf(thinking) : undefined;
  const display = isObject(thinking) ? thinking['display'] : undefined;
  if (!named && budgetTokens === undefined) return undefined;
  return {
    ...(named ? { effort: named } : {}),
    ...(budgetTokens === undefined ? {} : { budgetTokens }),
    ...(typeof display === 'string' ? { includeText: display !== 'omitted' } : {}),
  };
}

function budgetOf({ type, budget_tokens: budget }: Json): ReasoningWish['budgetTokens'] {
  if (type === 'enabled' && typeof budget === 'number') return budget;
  if (type === 'adaptive') return 'dynamic';
  return type === 'disabled' ? 0 : undefined;
}

/** What of `thinking` has no neutral form: the whole of an unknown kind. */
function thinkingRest(thinking: unknown): Json {
  return isObject(thinking) && budgetOf(thinking) === undefined ? thinking : {};
}

/** OpenAI's names: its `default` is Anthropic's `standard_only`. */
function decodeTier(tier: unknown): Pick<Conversation, 'serviceTier'> {
  if (typeof tier !== 'string') return {};
  return { serviceTier: tier === 'standard_only' ? 'default' : tier };
}

function othersOf(fields: Json): Json {
  const rest = Object.entries(fields).filter(([key, value]) => !READ.has(key) && !isAbsent(value));
  return Object.fromEntries(rest);
}

function number<Key extends string>(key: Key, value: unknown): Partial<Record<Key, number>> {
  const entry: Partial<Record<string, number>> = typeof value === 'number' ? { [key]: value } : {};
  return entry;
}

function isEmpty(object: Json): boolean {
  return Object.keys(object).length === 0;
}

function unless(isLeftOut: boolean, key: string, value: unknown): Json {
  return isLeftOut ? {} : { [key]: value };
}
