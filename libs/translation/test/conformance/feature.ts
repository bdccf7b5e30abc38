import type { ChatDialect } from '@tollgate/contracts';

/** The dialects that have a column of their own; Tollgate's and legacy completions are subsets of OpenAI's chat. */
export const CLIENTS = [
  'openai-chat',
  'openai-responses',
  'anthropic-messages',
  'gemini-generate',
] as const satisfies readonly ChatDialect[];
export type Client = (typeof CLIENTS)[number];

export type Fields = Readonly<Record<string, unknown>>;

/** One thing that a request may say, in the words of each dialect that has it. */
export interface Feature {
  readonly name: string;
  /** What must stand in the provider's request when it was carried over; each pattern once. */
  readonly marks: readonly RegExp[];
  /** Fields of the body; a list under `messages`, `input` or `contents` takes the place of the plain question. */
  readonly says: Readonly<Partial<Record<Client, Fields>>>;
}

/** What the test fetches from every URL. */
export const FETCHED = { mediaType: 'image/png', base64: 'RkVUQ0hFRA==' };

export const PNG = 'iVBORw0KGgo=';

/** A tool's arguments, and a structured answer. */
export const SCHEMA = {
  type: 'object',
  properties: { mark_city: { type: 'string' } },
  required: ['mark_city'],
};
