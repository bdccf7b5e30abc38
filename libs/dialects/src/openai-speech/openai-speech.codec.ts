import { type Failure, NO_USAGE, type Result, succeed, type TokenUsage } from '@tollgate/contracts';
import type { SpeechAnswer, SpeechRequest } from '@tollgate/neutral';
import type { EmitFrame } from '../chat-codec.ts';
import { optional } from '../json/optional.ts';
import { readObject } from '../json/read-object.ts';
import { numberOf, othersOf, textOf } from '../operation/read-fields.ts';
import { serverSentEvent } from '../operation/server-sent-event.ts';
import type {
  EncodedAnswer,
  OperationCodec,
  OperationSource,
  OperationStreamEncoder,
} from '../operation-codec.ts';

/** Neutral, or not the provider's matter. */
const KNOWN = new Set([
  'model',
  'input',
  'voice',
  'instructions',
  'response_format',
  'speed',
  'stream_format',
]);

export const openaiSpeechCodec: OperationCodec<'speech'> = {
  dialect: 'openai-speech',
  operation: 'speech',
  fieldNames: {},
  decodeRequest,
  encodeAnswer,
  streamEncoder: ({ stream }, emit) => (stream ? new SpeechEvents(emit) : new SpeechBytes(emit)),
  streamsBody: true,
};

function decodeRequest({ body }: OperationSource): Result<SpeechRequest, Failure> {
  const read = readObject(body);
  if (!read.ok) return read;
  const { fields } = read.value;
  const voice = textOf(fields, 'voice');
  const others = othersOf(fields, KNOWN);
  return succeed({
    text: textOf(fields, 'input') ?? '',
    ...optional('voice', voice),
    ...optional('instructions', textOf(fields, 'instructions')),
    ...optional('format', textOf(fields, 'response_format')),
    ...optional('speed', numberOf(fields, 'speed')),
    // A voice of the client's own making is an object, and known to its vendor alone.
    others: voice === undefined && fields['voice'] ? { ...others, voice: fields['voice'] } : others,
  });
}

function encodeAnswer({ audio, mediaType }: SpeechAnswer): EncodedAnswer {
  return { body: audio, contentType: mediaType };
}

const NOTHING = new Uint8Array(0);

/** The sound itself, as it comes. */
class SpeechBytes implements OperationStreamEncoder<'speech'> {
  contentType: string | undefined;
  readonly tail = NOTHING;

  constructor(private readonly emit: EmitFrame) {}

  push({ audio, mediaType }: SpeechAnswer): void {
    this.contentType ??= mediaType;
    this.emit(audio);
  }

  /** The end of the body is the end of the sound. */
  end(): void {}
}

class SpeechEvents implements OperationStreamEncoder<'speech'> {
  readonly contentType = undefined;
  tail: Uint8Array = NOTHING;

  constructor(private readonly emit: EmitFrame) {}

  push({ audio }: SpeechAnswer): void {
    const base64 = Buffer.from(audio.buffer, audio.byteOffset, audio.length).toString('base64');
    this.emit(serverSentEvent({ type: 'speech.audio.delta', audio: base64 }));
  }

  /** OpenAI's SDK knows no event without counts. */
  end(usage: TokenUsage | null): void {
    const { inputTokens, outputTokens } = usage ?? NO_USAGE;
    const counts = { input_tokens: inputTokens, output_tokens: outputTokens };
    const total = { ...counts, total_tokens: inputTokens + outputTokens };
    this.tail = serverSentEvent({ type: 'speech.audio.done', usage: total });
  }
}
