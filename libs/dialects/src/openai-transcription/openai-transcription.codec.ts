import { type Failure, type Result, succeed, type TokenUsage } from '@tollgate/contracts';
import type { TranscriptionAnswer, TranscriptionRequest } from '@tollgate/neutral';
import type { EmitFrame } from '../chat-codec.ts';
import { optional } from '../json/optional.ts';
import { type Form, readForm } from '../multipart/form-fields.ts';
import { jsonAnswer } from '../operation/json-answer.ts';
import { invalid } from '../operation/read-fields.ts';
import { openAiUsage } from '../operation/openai-usage.ts';
import { serverSentEvent } from '../operation/server-sent-event.ts';
import type {
  EncodedAnswer,
  OperationCodec,
  OperationContext,
  OperationSource,
  OperationStreamEncoder,
} from '../operation-codec.ts';
import { subtitlesOf } from './subtitles.ts';

/** Neutral, or not the provider's matter. */
const KNOWN = new Set([
  'model',
  'file',
  'language',
  'prompt',
  'temperature',
  'response_format',
  'timestamp_granularities[]',
  'stream',
]);
const FORMATS = ['json', 'text', 'srt', 'verbose_json', 'vtt'] as const;
type Format = (typeof FORMATS)[number];

export const openaiTranscriptionCodec: OperationCodec<'transcription'> = {
  dialect: 'openai-transcription',
  operation: 'transcription',
  fieldNames: {},
  decodeRequest,
  encodeAnswer: (answer, context) => encodeAnswer(answer, context, 'transcribe'),
  streamEncoder: (_context, emit) => new TranscriptEvents(emit),
};

export const openaiTranslationCodec: OperationCodec<'transcription'> = {
  dialect: 'openai-translation',
  operation: 'transcription',
  fieldNames: {},
  decodeRequest: (source) => {
    const decoded = decodeRequest(source);
    return decoded.ok ? succeed({ ...decoded.value, translateInto: 'en' }) : decoded;
  },
  encodeAnswer: (answer, context) => encodeAnswer(answer, context, 'translate'),
};

type Task = 'transcribe' | 'translate';

function decodeRequest(source: OperationSource): Result<TranscriptionRequest, Failure> {
  const { body, contentType = '' } = source;
  const read = readForm(body, contentType);
  if (!read.ok) return read;
  const { texts, files } = read.value;
  const file = files.get('file');
  if (!file) return invalid({ param: 'file', message: '"file" must be a file.' });
  const format = formatOf(read.value);
  if (!format)
    return invalid({ param: 'response_format', message: '"response_format" is not known.' });
  const temperature = texts.get('temperature')?.[0];
  const timestamps = texts.get('timestamp_granularities[]')?.filter(isGranularity);
  return succeed({
    audio: {
      bytes: body.subarray(file.valueStart, file.valueEnd),
      fileName: file.fileName ?? '',
      mediaType: file.mediaType,
    },
    ...optional('language', texts.get('language')?.[0]),
    ...optional('prompt', texts.get('prompt')?.[0]),
    ...optional('temperature', temperature === undefined ? undefined : Number(temperature)),
    ...optional('timestamps', timestamps ?? (NEEDS_TIMES.has(format) ? ['segment'] : undefined)),
    others: Object.fromEntries([...texts].filter(([name]) => !KNOWN.has(name))),
  });
}

const NEEDS_TIMES: ReadonlySet<Format> = new Set<Format>(['srt', 'vtt', 'verbose_json']);

function isGranularity(text: string): text is 'word' | 'segment' {
  return text === 'word' || text === 'segment';
}

function formatOf({ texts }: Form): Format | undefined {
  const asked = texts.get('response_format')?.[0] ?? 'json';
  return FORMATS.find((format) => format === asked);
}

function encodeAnswer(
  answer: TranscriptionAnswer,
  { body, contentType = '' }: OperationContext,
  task: Task,
): EncodedAnswer {
  const read = readForm(body, contentType);
  const format = (read.ok ? formatOf(read.value) : undefined) ?? 'json';
  const { text, segments = [] } = answer;
  switch (format) {
    case 'text':
      return plain(`${text}\n`);
    case 'srt':
    case 'vtt':
      return plain(subtitlesOf(segments, format));
    case 'json':
      return jsonAnswer({ text, ...usageOf(answer) });
    case 'verbose_json':
      return jsonAnswer(verbose(answer, task));
  }
}

function verbose(answer: TranscriptionAnswer, task: Task): object {
  const { text, language, durationS, segments, words } = answer;
  return {
    task,
    ...optional('language', language),
    ...optional('duration', durationS),
    text,
    ...optional(
      'segments',
      segments?.map((segment, id) => ({
        id,
        start: segment.startS,
        end: segment.endS,
        text: segment.text,
      })),
    ),
    ...optional(
      'words',
      words?.map((word) => ({ word: word.text, start: word.startS, end: word.endS })),
    ),
    ...usageOf(answer),
  };
}

function usageOf({ usage }: Pick<TranscriptionAnswer, 'usage'>): object {
  return usage ? { usage: { type: 'tokens', ...openAiUsage(usage) } } : {};
}

/** The text as it comes, and all of it at the end. */
class TranscriptEvents implements OperationStreamEncoder<'transcription'> {
  readonly contentType = undefined;
  tail: Uint8Array = new Uint8Array(0);
  private text = '';

  constructor(private readonly emit: EmitFrame) {}

  push(delta: string): void {
    if (delta === '') return;
    this.text += delta;
    this.emit(serverSentEvent({ type: 'transcript.text.delta', delta }));
  }

  end(usage: TokenUsage | null): void {
    const { text } = this;
    this.tail = serverSentEvent({ type: 'transcript.text.done', text, ...usageOf({ usage }) });
  }
}

function plain(text: string): EncodedAnswer {
  return { body: Buffer.from(text), contentType: 'text/plain; charset=utf-8' };
}
