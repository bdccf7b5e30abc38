import type { AnswerPart, Citation, Opaque } from '@tollgate/neutral';
import { isRecord } from '../json/json-value.ts';
import { modelFamily } from './model-family.ts';
import { listOf, textOf, type WireObject } from './wire.ts';

/** One content block of an answer. What has no neutral meaning is kept as it is. */
export function decodeBlock(block: WireObject, model: string): AnswerPart {
  const { text, toolUse, reasoningContent, citationsContent, image } = block;
  if (typeof text === 'string') return { type: 'text', text };
  if (isRecord(toolUse) && !isServerTool(toolUse)) return decodeToolUse(toolUse);
  if (isRecord(reasoningContent)) return decodeReasoning(reasoningContent, model);
  if (isRecord(citationsContent)) return decodeCitationsContent(citationsContent);
  if (isRecord(image)) {
    const decoded = decodeImage(image);
    if (decoded) return decoded;
  }
  return { type: 'foreign', wire: 'bedrock', name: foreignName(block), json: block };
}

/** A tool that Bedrock ran itself, such as Nova's grounding. */
export function isServerTool(toolUse: WireObject): boolean {
  return toolUse.type === 'server_tool_use';
}

/** Claude's signatures are Anthropic's wherever it is served. */
export function signatureOf(value: string, model: string): Opaque {
  return { wire: modelFamily(model) === 'anthropic' ? 'anthropic' : 'bedrock', value };
}

export function redactedReasoning(base64: string): AnswerPart {
  return {
    type: 'reasoning',
    text: '',
    isRedacted: true,
    signature: { wire: 'bedrock', value: base64 },
  };
}

export function decodeCitation(raw: unknown): Citation {
  const citation = isRecord(raw) ? raw : {};
  const location = isRecord(citation.location) ? citation.location : {};
  const url = isRecord(location.web) ? textOf(location.web.url) : sourceUrl(citation.source);
  const title = textOf(citation.title) ?? domainOf(location.web);
  const citedText = listOf(citation.sourceContent)
    .map((content) => (isRecord(content) ? (textOf(content.text) ?? '') : ''))
    .join('');
  const documentIndex = documentIndexOf(location);
  return {
    kind: url !== undefined ? 'url' : documentIndex !== undefined ? 'document' : 'other',
    ...(url === undefined ? {} : { url }),
    ...(title === undefined ? {} : { title }),
    ...(citedText === '' ? {} : { citedText }),
    ...(documentIndex === undefined ? {} : { documentIndex }),
    original: { wire: 'bedrock', json: raw },
  };
}

function decodeToolUse(toolUse: WireObject): AnswerPart {
  return {
    type: 'tool-call',
    id: textOf(toolUse.toolUseId) ?? '',
    name: textOf(toolUse.name) ?? '',
    argumentsText: JSON.stringify(toolUse.input ?? {}),
    kind: 'function',
  };
}

function decodeReasoning(content: WireObject, model: string): AnswerPart {
  if (typeof content.redactedContent === 'string')
    return redactedReasoning(content.redactedContent);
  const reasoning = isRecord(content.reasoningText) ? content.reasoningText : {};
  const signature = textOf(reasoning.signature);
  return {
    type: 'reasoning',
    text: textOf(reasoning.text) ?? '',
    ...(signature ? { signature: signatureOf(signature, model) } : {}),
  };
}

function decodeCitationsContent(content: WireObject): AnswerPart {
  const text = listOf(content.content)
    .map((inner) => (isRecord(inner) ? (textOf(inner.text) ?? '') : ''))
    .join('');
  const citations = listOf(content.citations).map(decodeCitation);
  return { type: 'text', text, ...(citations.length === 0 ? {} : { citations }) };
}

function decodeImage({ format, source }: WireObject): AnswerPart | undefined {
  const base64 = isRecord(source) ? textOf(source.bytes) : undefined;
  if (base64 === undefined) return undefined;
  const mediaType = `image/${textOf(format) ?? 'png'}`;
  return { type: 'image', source: { kind: 'data', mediaType, base64 } };
}

function foreignName(block: WireObject): string {
  for (const value of Object.values(block)) {
    if (isRecord(value) && typeof value.type === 'string') return value.type;
  }
  return Object.keys(block)[0] ?? 'unknown';
}

function sourceUrl(source: unknown): string | undefined {
  return typeof source === 'string' && /^https?:\/\//.test(source) ? source : undefined;
}

function domainOf(web: unknown): string | undefined {
  return isRecord(web) ? textOf(web.domain) : undefined;
}

function documentIndexOf(location: WireObject): number | undefined {
  for (const kind of ['documentChar', 'documentPage', 'documentChunk']) {
    const place = location[kind];
    if (isRecord(place) && typeof place.documentIndex === 'number') return place.documentIndex;
  }
  return undefined;
}
