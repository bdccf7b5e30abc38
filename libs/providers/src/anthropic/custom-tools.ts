import type { Conversation, CustomTool, Losses } from '@tollgate/neutral';
import { isRecord } from '../json/json-value.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * Tools that take free text (OpenAI's custom tools): to Anthropic they are functions of one text, `input`, and what is
 * called by their names becomes free text again. A grammar that the text must keep cannot be said.
 */
export function encodeCustomTool({ name, description, format }: CustomTool, losses: Losses): Json {
  losses.adapt('tools[].custom');
  if (isRecord(format) && format.type !== 'text') losses.drop('tools[].custom.format');
  return {
    name,
    ...(description === undefined ? {} : { description }),
    input_schema: {
      type: 'object',
      properties: { input: { type: 'string' } },
      required: ['input'],
      additionalProperties: false,
    },
  };
}

export function encodeCustomInput(text: string): Json {
  return { input: text };
}

/** The free text of a call; of one that did not keep to the schema the JSON. */
export function decodeCustomInput(input: unknown): string {
  if (isRecord(input) && typeof input.input === 'string') return input.input;
  return JSON.stringify(input ?? {});
}

const NONE: ReadonlySet<string> = new Set();

/** The names that are such tools' in this conversation. */
export function customNames({ tools }: Conversation): ReadonlySet<string> {
  const names = tools?.flatMap((tool) => (tool.type === 'custom' ? [tool.name] : [])) ?? [];
  return names.length === 0 ? NONE : new Set(names);
}
