import type { OutputFormat } from '@tollgate/neutral';
import { isRecord } from '../json/json-value.ts';
import type { EncodeContext, Json } from './encode-context.ts';
import { withoutStripped } from './encode-schema.ts';
import { encodeThinking } from './encode-thinking.ts';

/** `generationConfig`. @param outputCap sent where the client named no limit */
export function encodeConfig(context: EncodeContext, outputCap: number | null): Json | undefined {
  const { conversation: asked, losses } = context;
  if (asked.logitBias && Object.keys(asked.logitBias).length > 0) losses.drop('logit_bias');
  if (asked.parallelToolCalls === false) losses.drop('parallel_tool_calls');
  if (asked.verbosity !== undefined) losses.drop('verbosity');
  const config: Json = {
    ...ownSettings(context),
    maxOutputTokens: asked.maxOutputTokens ?? outputCap ?? undefined,
    temperature: asked.temperature,
    topP: asked.topP,
    topK: asked.topK,
    candidateCount: asked.candidates,
    stopSequences: asked.stop,
    seed: asked.seed,
    presencePenalty: asked.presencePenalty,
    frequencyPenalty: asked.frequencyPenalty,
    responseLogprobs: asked.logprobs,
    logprobs: asked.topLogprobs,
    responseModalities: asked.modalities?.map((name) => name.toUpperCase()),
    speechConfig: encodeSpeech(context),
    thinkingConfig: encodeThinking(context),
    ...encodeFormat(asked.outputFormat, context),
  };
  for (const [name, value] of Object.entries(config)) if (value === undefined) delete config[name];
  return Object.keys(config).length > 0 ? config : undefined;
}

const PREFIX = 'generationConfig.';

function ownSettings({ conversation, isOwn }: EncodeContext): Json {
  if (!isOwn) return {};
  const own = Object.entries(conversation.others)
    .filter(([name]) => name.startsWith(PREFIX))
    .map(([name, value]) => [name.slice(PREFIX.length), value]);
  return Object.fromEntries(own);
}

const FORMAT = 'response_format.json_schema';

function encodeFormat(format: OutputFormat | undefined, { losses, isOwn }: EncodeContext): Json {
  if (!format) return {};
  if (format.type === 'text') return { responseMimeType: 'text/plain' };
  if (format.type === 'json') return { responseMimeType: 'application/json' };
  const { name, description, schema } = format;
  if (name !== undefined && !isOwn && schema.title === undefined) losses.adapt(`${FORMAT}.name`);
  return {
    responseMimeType: 'application/json',
    responseJsonSchema: {
      ...(name === undefined ? {} : { title: name }),
      ...(description === undefined ? {} : { description }),
      ...withoutStripped(schema, losses, `${FORMAT}.schema`),
    },
  };
}

/** OpenAI's `audio` as a ready-made voice. Google gives 16-bit PCM alone. */
function encodeSpeech({ conversation, losses }: EncodeContext): Json | undefined {
  const { audio } = conversation;
  if (!audio) return undefined;
  const { voice, format } = audio;
  if (format !== undefined && format !== 'pcm16') losses.refuse('audio.format');
  const voiceName = isRecord(voice) ? voice.id : voice;
  return typeof voiceName === 'string'
    ? { voiceConfig: { prebuiltVoiceConfig: { voiceName } } }
    : undefined;
}
