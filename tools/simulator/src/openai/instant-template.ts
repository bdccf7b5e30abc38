import type { ChatRequest } from './chat-request.ts';
import { promptTokensOf } from './prompt-tokens.ts';
import { usageOf } from './usage.ts';
import { wordsOf } from './words.ts';

/** Models named so say always the same usage, whatever was asked: the benchmark's constant. */
const benchPrefix = 'bench-';
const benchUsage = { promptTokens: 120, completionTokens: 80 } as const;

/** 50 words, about 280 characters. */
const text =
  'Hello! This is the instant answer of the simulated model: fifty words, prepared before anybody asked, identical ' +
  'every time, so that it costs next to nothing and what gets measured is whatever stands between the caller and ' +
  'the one who answers here. It ends after the last word of it.';

const words = wordsOf(text);

/** How many words an instant answer has: as many tokens, as many content chunks. */
export const instantWords = words.length;

const mostTemplates = 256;

export interface InstantUsage {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** All of an instant answer but its id and, where it is counted, its prompt tokens. */
export interface InstantTemplate {
  readonly isBench: boolean;
  unary(id: string, usage: InstantUsage): string;
  /** What follows `data: {"id":"<id>` in each content chunk. */
  readonly chunks: readonly string[];
  /** The finish reason, the usage if asked for, and the end. */
  tail(id: string, usage: InstantUsage): string;
}

/** Serialised once for each model; the newest 256 are kept. */
export class InstantTemplates {
  readonly #byModel = new Map<string, readonly [InstantTemplate, InstantTemplate]>();
  readonly #created: number;

  /** `created` in seconds since 1970: the same in all answers. */
  constructor(created: number) {
    this.#created = created;
  }

  of(model: string, includesUsage: boolean): InstantTemplate {
    const known = this.#byModel.get(model);
    if (known !== undefined) return known[includesUsage ? 1 : 0];
    if (this.#byModel.size >= mostTemplates) this.#byModel.clear();
    const made = [
      makeTemplate(model, this.#created, false),
      makeTemplate(model, this.#created, true),
    ] as const;
    this.#byModel.set(model, made);
    return made[includesUsage ? 1 : 0];
  }
}

/** Whether nothing in the request changes the text of the answer. */
export function isPlain(request: ChatRequest): boolean {
  return (
    request.choices === 1 &&
    request.tools.length === 0 &&
    request.stop.length === 0 &&
    request.responseFormat.type === 'text' &&
    (request.maxTokens === null || request.maxTokens >= instantWords)
  );
}

export function instantUsageOf(template: InstantTemplate, request: ChatRequest): InstantUsage {
  if (template.isBench) return benchUsage;
  return { promptTokens: promptTokensOf(request.messages), completionTokens: instantWords };
}

function makeTemplate(model: string, created: number, includesUsage: boolean): InstantTemplate {
  const fixed = `","object":"chat.completion.chunk","created":${created},"model":${JSON.stringify(model)},"choices":[`;
  const foot = includesUsage ? '],"usage":null}\n\n' : ']}\n\n';
  const chunks = words.map((content, index) => {
    const delta = index === 0 ? { role: 'assistant', content } : { content };
    const choice = { index: 0, delta, logprobs: null, finish_reason: null };
    return `${fixed}${JSON.stringify(choice)}${foot}`;
  });
  const last = JSON.stringify({ index: 0, delta: {}, logprobs: null, finish_reason: 'stop' });
  const body = unaryParts(model, created);
  return {
    isBench: model.startsWith(benchPrefix),
    unary: (id, usage) => `{"id":"${id}${body}${usageJson(usage)}}`,
    chunks,
    tail: (id, usage) => {
      const head = `data: {"id":"${id}${fixed}`;
      const counted = includesUsage ? `${head}],"usage":${usageJson(usage)}}\n\n` : '';
      return `${head}${last}${foot}${counted}data: [DONE]\n\n`;
    },
  };
}

function unaryParts(model: string, created: number): string {
  const message = { role: 'assistant', content: text, refusal: null, annotations: [] };
  const fields = JSON.stringify({
    object: 'chat.completion',
    created,
    model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: 'stop' }],
  });
  return `",${fields.slice(1, -1)},"usage":`;
}

function usageJson({ promptTokens, completionTokens }: InstantUsage): string {
  return JSON.stringify(usageOf(promptTokens, completionTokens));
}
