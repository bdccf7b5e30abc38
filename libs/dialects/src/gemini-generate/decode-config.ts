import type { Conversation, Effort, OutputFormat, ReasoningWish } from '@tollgate/neutral';
import { isAbsent, isObject } from '../chat/fields.ts';
import { decodeSchema } from './decode-schema.ts';

type Fields = Readonly<Record<string, unknown>>;
type Settings = Omit<Conversation, 'messages' | 'tools' | 'toolChoice' | 'origin'>;

const NUMBERS = [
  ['maxOutputTokens', 'maxOutputTokens'],
  ['temperature', 'temperature'],
  ['topP', 'topP'],
  ['topK', 'topK'],
  ['seed', 'seed'],
  ['frequencyPenalty', 'frequencyPenalty'],
  ['presencePenalty', 'presencePenalty'],
  ['candidateCount', 'candidates'],
  ['logprobs', 'topLogprobs'],
] as const;

/** `generationConfig`, its names in camelCase. What has no neutral meaning stands in `others` with a path. */
export function decodeConfig(config: Fields): Settings {
  const rest: Record<string, unknown> = { ...config };
  const take = (name: string): unknown => {
    const value = rest[name];
    delete rest[name];
    return isAbsent(value) ? undefined : value;
  };
  const settings: { -readonly [Key in keyof Settings]: Settings[Key] } = { others: {} };
  for (const [name, field] of NUMBERS) {
    const value = numberOf(rest[name]);
    if (value === undefined) continue;
    delete rest[name];
    settings[field] = value;
  }
  if (Array.isArray(rest['stopSequences'])) settings.stop = texts(take('stopSequences'));
  if (typeof rest['responseLogprobs'] === 'boolean')
    settings.logprobs = take('responseLogprobs') === true;
  const format = decodeFormat(rest);
  if (format) settings.outputFormat = format;
  const reasoning = decodeThinking(take('thinkingConfig'));
  if (reasoning) settings.reasoning = reasoning;
  const modalities = decodeModalities(rest['responseModalities']);
  if (modalities) {
    settings.modalities = modalities;
    delete rest['responseModalities'];
  }
  const voice = voiceOf(rest['speechConfig']);
  if (voice !== undefined) {
    settings.audio = { voice, format: 'pcm16' };
    delete rest['speechConfig'];
  }
  const others = Object.entries(rest)
    .filter(([, value]) => !isAbsent(value))
    .map(([name, value]) => [`generationConfig.${name}`, value]);
  return { ...settings, others: Object.fromEntries(others) };
}

/** protobuf's JSON takes numbers as texts too. */
function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : undefined;
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((text) => typeof text === 'string') : [];
}

/** Takes the fields that it understood out of `rest`. */
function decodeFormat(rest: Record<string, unknown>): OutputFormat | undefined {
  const { responseMimeType: type, responseJsonSchema: json, responseSchema: schema } = rest;
  if (type !== undefined && type !== 'application/json' && type !== 'text/plain') return undefined;
  delete rest['responseMimeType'];
  if (isObject(json) || isObject(schema)) {
    delete rest['responseJsonSchema'];
    delete rest['responseSchema'];
    const decoded = isObject(json) ? json : isObject(schema) ? decodeSchema(schema) : {};
    return { type: 'json_schema', schema: decoded };
  }
  if (type === undefined) return undefined;
  return { type: type === 'text/plain' ? 'text' : 'json' };
}

const EFFORT_OF: Readonly<Record<string, Effort>> = {
  MINIMAL: 'minimal',
  LOW: 'low',
  MEDIUM: 'medium',
  HIGH: 'high',
};

function decodeThinking(config: unknown): ReasoningWish | undefined {
  if (!isObject(config)) return undefined;
  const { includeThoughts, thinkingBudget, thinkingLevel } = config;
  const effort =
    typeof thinkingLevel === 'string' ? EFFORT_OF[thinkingLevel.toUpperCase()] : undefined;
  const budget = numberOf(thinkingBudget);
  return {
    ...(effort === undefined ? {} : { effort }),
    ...(budget === undefined ? {} : { budgetTokens: budget < 0 ? 'dynamic' : budget }),
    ...(typeof includeThoughts === 'boolean' ? { includeText: includeThoughts } : {}),
  };
}

const MODALITIES = { TEXT: 'text', IMAGE: 'image', AUDIO: 'audio' } as const;

function decodeModalities(raw: unknown): Conversation['modalities'] {
  if (!Array.isArray(raw)) return undefined;
  const known = raw.flatMap((name) => {
    const word = typeof name === 'string' ? name.toUpperCase() : '';
    return word === 'TEXT' || word === 'IMAGE' || word === 'AUDIO' ? [MODALITIES[word]] : [];
  });
  return known.length === raw.length ? known : undefined;
}

/** The voice, when nothing but a ready-made voice is asked for. */
function voiceOf(config: unknown): string | undefined {
  const name = isObject(config)
    ? only(only(only(config, 'voiceConfig'), 'prebuiltVoiceConfig'), 'voiceName')
    : undefined;
  return typeof name === 'string' ? name : undefined;
}

function only(value: unknown, key: string): unknown {
  return isObject(value) && Object.keys(value).length === 1 ? value[key] : undefined;
}
