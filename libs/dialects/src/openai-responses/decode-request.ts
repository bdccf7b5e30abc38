import { fail, type Failure, type Result, succeed } from '@tollgate/contracts';
import { type Conversation, EFFORTS, type ReasoningWish } from '@tollgate/neutral';
import { isAbsent, isObject } from '../chat/fields.ts';
import { decodeInput, stored } from './decode-input.ts';
import { decodeFormat, decodeTool, decodeToolChoice } from './decode-tools.ts';
import { STATE_FIELDS } from './read-input.ts';

type Raw = Readonly<Record<string, unknown>>;
type Writable<T> = { -readonly [K in keyof T]: T[K] };

const ENCRYPTED = 'reasoning.encrypted_content';
const LOGPROBS = 'message.output_text.logprobs';

/** The whole request; what has no neutral meaning stands in `others`. */
export function decodeRequest(fields: Raw): Result<Conversation, Failure> {
  for (const field of STATE_FIELDS)
    if (!isAbsent(fields[field])) return fail(stored(field, 'state at one provider'));
  if (fields.background === true) return fail(stored('background', 'a response to fetch later'));
  const messages = decodeInput(fields.instructions, fields.input);
  if (!messages.ok) return messages;
  const reader = new FieldReader(fields);
  return succeed({ messages: messages.value, ...reader.read(), origin: 'openai-responses' });
}

class FieldReader {
  private readonly found: Writable<Partial<Conversation>> = {};
  private readonly others: Record<string, unknown> = {};
  private readonly wish: Writable<ReasoningWish> = {};

  constructor(private readonly fields: Raw) {}

  read(): Omit<Conversation, 'messages' | 'origin'> {
    this.readSampling();
    this.readTools();
    this.readText();
    this.readReasoning();
    this.readInclude();
    this.readNames();
    for (const [name, value] of Object.entries(this.fields)) this.readOther(name, value);
    if (Object.keys(this.wish).length > 0) this.found.reasoning = this.wish;
    return { ...this.found, others: this.others };
  }

  private readSampling(): void {
    const { temperature, top_p, max_output_tokens, top_logprobs } = this.fields;
    if (typeof temperature === 'number') this.found.temperature = temperature;
    if (typeof top_p === 'number') this.found.topP = top_p;
    if (typeof max_output_tokens === 'number') this.found.maxOutputTokens = max_output_tokens;
    if (typeof top_logprobs === 'number') this.found.topLogprobs = top_logprobs;
  }

  private readTools(): void {
    const { tools, tool_choice: choice, parallel_tool_calls: parallel } = this.fields;
    if (Array.isArray(tools)) this.found.tools = tools.filter(isObject).map(decodeTool);
    if (typeof parallel === 'boolean') this.found.parallelToolCalls = parallel;
    if (isAbsent(choice)) return;
    const toolChoice = decodeToolChoice(choice);
    if (toolChoice) this.found.toolChoice = toolChoice;
    else this.others.tool_choice = choice;
  }

  private readText(): void {
    const { text } = this.fields;
    if (!isObject(text)) return;
    const { format, verbosity, ...rest } = text;
    if (typeof verbosity === 'string') this.found.verbosity = verbosity;
    const outputFormat = decodeFormat(format);
    if (outputFormat) this.found.outputFormat = outputFormat;
    else if (!isAbsent(format)) this.others['text.format'] = format;
    this.keepRest('text', rest);
  }

  private readReasoning(): void {
    const { reasoning } = this.fields;
    if (!isObject(reasoning)) return;
    const { effort, summary, generate_summary: older, ...rest } = reasoning;
    const known = EFFORTS.find((name) => name === effort);
    if (known) this.wish.effort = known;
    else if (!isAbsent(effort)) this.others['reasoning.effort'] = effort;
    const asked = SUMMARIES.find((name) => name === (summary ?? older));
    if (asked) Object.assign(this.wish, { summary: asked, includeText: true });
    this.keepRest('reasoning', rest);
  }

  private readInclude(): void {
    const { include } = this.fields;
    if (!Array.isArray(include)) return;
    if (include.includes(ENCRYPTED)) this.wish.includeEncrypted = true;
    if (include.includes(LOGPROBS)) this.found.logprobs = true;
    const rest = include.filter((name) => name !== ENCRYPTED && name !== LOGPROBS);
    if (rest.length > 0) this.others.include = rest;
  }

  private readNames(): void {
    const { user, safety_identifier, prompt_cache_key, service_tier, metadata } = this.fields;
    if (typeof user === 'string') this.found.endUser = user;
    else if (typeof safety_identifier === 'string') this.found.endUser = safety_identifier;
    if (typeof prompt_cache_key === 'string') this.found.promptCacheKey = prompt_cache_key;
    if (typeof service_tier === 'string') this.found.serviceTier = service_tier;
    // The dialect's `parse` has checked that it is an object of strings.
    if (isObject(metadata)) this.found.metadata = metadata as Readonly<Record<string, string>>;
  }

  private readOther(name: string, value: unknown): void {
    if (isAbsent(value) || READ.has(name) || value === WITHOUT_EFFECT[name]) return;
    if (name === 'safety_identifier' && value === this.found.endUser) return;
    this.others[name] = value;
  }

  private keepRest(field: string, rest: Raw): void {
    for (const [name, value] of Object.entries(rest))
      if (!isAbsent(value)) this.others[`${field}.${name}`] = value;
  }
}

const SUMMARIES = ['auto', 'concise', 'detailed'] as const;

const READ: ReadonlySet<string> = new Set([
  'model',
  'input',
  'instructions',
  'stream',
  // Padding of the provider's own stream.
  'stream_options',
  'temperature',
  'top_p',
  'max_output_tokens',
  'top_logprobs',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'text',
  'reasoning',
  'include',
  'user',
  'prompt_cache_key',
  'service_tier',
  'metadata',
]);

/** Values that ask for what happens anyway where nothing is kept. */
const WITHOUT_EFFECT: Readonly<Record<string, unknown>> = {
  store: false,
  background: false,
  truncation: 'disabled',
};
