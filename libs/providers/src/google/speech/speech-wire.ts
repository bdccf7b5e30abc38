import { failure, succeed } from '@tollgate/contracts';
import type { Losses, SpeechRequest } from '@tollgate/neutral';
import { isRecord } from '../../json/json-value.ts';
import { parseAnswer } from '../../json/parse-answer.ts';
import type { DecodedOperation, OperationWire } from '../../operation-wire.ts';
import { candidatesOf } from '../chunk-facts.ts';
import { decodeErrorInside } from '../decode-failure.ts';
import { decodeUsage } from '../decode-usage.ts';
import type { GoogleEndpoint } from '../endpoint.ts';
import { finishReasonName } from '../enum-names.ts';
import { STREAM, WHOLE } from '../methods.ts';
import { asSound, soundsOf, TOKENS_PER_SECOND, USUAL_RATE } from './sounds.ts';
import { SpeechReader } from './speech-reader.ts';
import { waveFile } from './wave-file.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Speech by Gemini's voices, which give plain samples: WAV is made of them, packed formats are refused. */
export function speechWire(
  { headers, pathOf }: GoogleEndpoint,
  credential: string | null,
): OperationWire<'speech'> {
  return {
    encodeRequest: ({ request, model, losses, stream }) =>
      succeed({
        path: pathOf(model, stream ? STREAM : WHOLE),
        headers,
        body: Buffer.from(JSON.stringify(encodeBody(request, losses))),
        droppedParams: [],
      }),
    decodeAnswer: (body, { request }) => decodeAnswer(body, request, credential),
    pieceReader: ({ request }, emit) => new SpeechReader(credential, request.format, emit),
  };
}

function encodeBody(request: SpeechRequest, losses: Losses): Fields {
  const { text, voice: voiceName, format, instructions, speed, others } = request;
  if (format === undefined) losses.adapt('response_format');
  else if (format !== 'pcm' && format !== 'wav') losses.refuse('response_format');
  if (instructions !== undefined) losses.drop('instructions');
  if (speed !== undefined && speed !== 1) losses.drop('speed');
  for (const name of Object.keys(others)) losses.drop(name);
  return {
    contents: [{ role: 'user', parts: [{ text }] }],
    generationConfig: {
      responseModalities: ['AUDIO'],
      ...(voiceName === undefined
        ? {}
        : { speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName } } } }),
    },
  };
}

function decodeAnswer(
  body: Buffer,
  { format }: SpeechRequest,
  credential: string | null,
): DecodedOperation<'speech'> {
  const answer = parseAnswer(body);
  if (!answer) return invalid('the answer is no JSON object');
  if (isRecord(answer.error))
    return { ok: false, failure: decodeErrorInside(answer.error, credential) };
  const [candidate] = candidatesOf(answer);
  const sounds = candidate ? soundsOf(candidate) : [];
  const samples = Buffer.concat(sounds.map(({ bytes }) => bytes));
  if (!candidate || samples.length === 0) return invalid('there is no sound');
  const rate = sounds[0]?.rate ?? USUAL_RATE;
  const facts = {
    usage: asSound(decodeUsage(answer.usageMetadata)),
    reportedCostPicoUsd: null,
    finishReason: finishReasonName(candidate.finishReason),
    estimateOutputTokens: () => Math.ceil((samples.length / (rate * 2)) * TOKENS_PER_SECOND),
  };
  const isPlain = format === 'pcm';
  const sound = isPlain
    ? { audio: samples, mediaType: 'audio/pcm' }
    : { audio: waveFile(samples, rate), mediaType: 'audio/wav' };
  return { ok: true, answer: sound, facts };
}

function invalid(internal: string): DecodedOperation<'speech'> {
  return { ok: false, failure: failure('provider.invalid_answer', { internal }) };
}
