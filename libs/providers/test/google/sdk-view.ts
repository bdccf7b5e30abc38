import { type GenerateContentResponse, GoogleGenAI, type Part } from '@google/genai';

/** What an application sees of an answer through Google's own SDK, whole or streamed. */
export interface View {
  text: string;
  thoughts: string;
  signatures: unknown[];
  calls: { name: unknown; args: unknown }[];
  media: { mimeType: unknown; bytes: string }[];
  others: unknown[];
  finishReason: unknown;
  grounding: unknown;
  input: number;
  cached: number;
  output: number;
  thinking: number;
  model: unknown;
  id: unknown;
}

/** Reads bytes with `@google/genai` as if a server had sent them. */
export async function viewOf(bytes: Uint8Array, isStream: boolean): Promise<View> {
  const client = new GoogleGenAI({
    apiKey: 'key',
    httpOptions: {
      fetch: () =>
        Promise.resolve(
          new Response(Buffer.from(bytes), { headers: { 'content-type': 'application/json' } }),
        ),
    },
  });
  const asked = { model: 'm', contents: 'hi' };
  const view = emptyView();
  if (isStream)
    for await (const chunk of await client.models.generateContentStream(asked)) note(view, chunk);
  else note(view, await client.models.generateContent(asked));
  return view;
}

function emptyView(): View {
  return {
    text: '',
    thoughts: '',
    signatures: [],
    calls: [],
    media: [],
    others: [],
    finishReason: null,
    grounding: null,
    input: 0,
    cached: 0,
    output: 0,
    thinking: 0,
    model: null,
    id: null,
  };
}

function note(view: View, chunk: GenerateContentResponse): void {
  const [candidate] = chunk.candidates ?? [];
  for (const part of candidate?.content?.parts ?? []) notePart(view, part);
  view.finishReason = finishName(candidate?.finishReason) ?? view.finishReason;
  const grounding = candidate?.groundingMetadata;
  if (grounding && Object.keys(grounding).length > 0) view.grounding = grounding;
  const { usageMetadata: usage } = chunk;
  if (usage) {
    view.input = (usage.promptTokenCount ?? 0) + (usage.toolUsePromptTokenCount ?? 0);
    view.cached = usage.cachedContentTokenCount ?? 0;
    view.thinking = usage.thoughtsTokenCount ?? 0;
    view.output = (usage.candidatesTokenCount ?? 0) + view.thinking;
  }
  view.model = chunk.modelVersion ?? view.model;
  view.id = chunk.responseId ?? view.id;
}

function notePart(view: View, part: Part): void {
  const { text, thought, functionCall, inlineData, thoughtSignature, ...rest } = part;
  if (thoughtSignature) view.signatures.push(thoughtSignature);
  if (text !== undefined) {
    if (thought) view.thoughts += text;
    else view.text += text;
  }
  if (functionCall) view.calls.push({ name: functionCall.name, args: functionCall.args });
  if (inlineData) noteMedia(view, inlineData.mimeType, inlineData.data ?? '');
  if (Object.keys(rest).length > 0) view.others.push(rest);
}

/** Pieces of one sound make one sound. */
function noteMedia(view: View, mimeType: unknown, data: string): void {
  const bytes = Buffer.from(data, 'base64').toString('hex');
  const last = view.media.at(-1);
  if (last && last.mimeType === mimeType && String(mimeType).startsWith('audio/'))
    last.bytes += bytes;
  else view.media.push({ mimeType, bytes });
}

/** Servers that were asked for numbers write numbers. */
function finishName(reason: unknown): unknown {
  return typeof reason === 'number' ? [undefined, 'STOP', 'MAX_TOKENS'][reason] : reason;
}
