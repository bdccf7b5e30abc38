import type { AnswerPart, EmitEvent, Opaque } from '@tollgate/neutral';
import { isRecord } from '../json/json-value.ts';
import type { CallIdMaker } from './call-id-maker.ts';
import { partsOf } from './chunk-facts.ts';
import { decodeCitations, type PlacedText } from './decode-citations.ts';
import { decodeFinish } from './decode-finish.ts';
import { decodeLogprobs } from './decode-logprobs.ts';
import { finishReasonName } from './enum-names.ts';
import { SoundJoiner } from './sound-joiner.ts';

type Fields = Readonly<Record<string, unknown>>;
type OpenPart =
  | { readonly type: 'text' | 'reasoning'; readonly part: number; isSigned: boolean }
  | { readonly type: 'audio'; readonly part: number; readonly mediaType: string };

/** What a candidate says that events of their own tell. */
const TOLD = new Set(['content', 'index', 'finishReason', 'logprobsResult']);

/** The foreign part that holds what stands beside a candidate's content: only Google's own clients read it. */
const CANDIDATE = 'candidate';

/**
 * Tells one candidate's chunks as events. Neighbouring texts are one part, as are neighbouring thoughts and sounds, so that
 * a stream and a whole answer tell the same.
 */
export class CandidateReader {
  private open: OpenPart | null = null;
  private nextPart = 0;
  private hasCalls = false;
  private finish: string | null = null;
  private readonly beside: Record<string, unknown> = {};
  private readonly texts: { part: number; text: string; startByte: number }[] = [];
  private readonly sounds = new SoundJoiner();

  constructor(
    private readonly choice: number,
    private readonly ids: CallIdMaker,
    private readonly emit: EmitEvent,
  ) {}

  read(candidate: Fields): void {
    const { finishReason, logprobsResult } = candidate;
    if (this.finish === null) for (const part of partsOf(candidate)) this.readPart(part);
    this.finish ??= finishReasonName(finishReason);
    for (const [name, value] of Object.entries(candidate))
      if (!TOLD.has(name)) this.beside[name] = value;
    const tokens = decodeLogprobs(logprobsResult);
    if (tokens.length > 0) this.emit({ type: 'logprobs', choice: this.choice, tokens });
  }

  /** The answer is whole. */
  end(): void {
    const { choice, beside } = this;
    for (const { part, citation } of this.citations())
      this.emit({ type: 'citation', choice, part, citation });
    this.close();
    if (Object.keys(beside).length > 0)
      this.give({ type: 'foreign', wire: 'gemini', name: CANDIDATE, json: beside });
    const finish = decodeFinish(this.finish ?? 'OTHER', this.hasCalls);
    this.emit({ type: 'finish', choice, finish });
  }

  private readPart(part: Fields): void {
    const { text, thought, functionCall, inlineData, thoughtSignature } = part;
    const signature = signatureOf(thoughtSignature);
    if (typeof text === 'string' && isOnly(part, ['text', 'thought', 'thoughtSignature']))
      return this.readText(thought === true ? 'reasoning' : 'text', text, signature);
    if (thought === true && isOnly(part, ['thought', 'thoughtSignature']))
      return this.readText('reasoning', '', signature);
    if (isRecord(functionCall) && typeof functionCall.name === 'string')
      return this.readCall(functionCall, functionCall.name, signature);
    if (isRecord(inlineData) && this.readMedia(inlineData, signature)) return;
    const name = Object.keys(part).find((key) => key !== 'thoughtSignature') ?? 'part';
    this.close();
    this.give({ type: 'foreign', wire: 'gemini', name, json: part });
  }

  private readText(type: 'text' | 'reasoning', text: string, signature: Opaque | undefined): void {
    const { choice } = this;
    if (text === '' && !signature) return;
    let { open } = this;
    // What follows a signature must not become part of what was signed.
    if (open?.type !== type || (open.isSigned && text !== '')) {
      open = { type, part: this.nextPart, isSigned: false };
      this.begin(open, { type, text: '' });
    }
    const { part } = open;
    if (text !== '') {
      if (type === 'text') this.noteText(part, text);
      this.emit({ type: 'delta', choice, part, text });
    }
    if (!signature) return;
    open.isSigned = true;
    this.emit({ type: 'signature', choice, part, signature });
  }

  private readCall(call: Fields, name: string, signature: Opaque | undefined): void {
    this.hasCalls = true;
    this.close();
    this.give({
      type: 'tool-call',
      id: this.ids.idOf(call.id),
      name,
      argumentsText: JSON.stringify(call.args ?? {}),
      kind: 'function',
      ...(signature ? { signature } : {}),
    });
  }

  /** Answers whether it was a picture or a sound. */
  private readMedia(blob: Fields, signature: Opaque | undefined): boolean {
    const { mimeType } = blob;
    if (typeof mimeType !== 'string' || typeof blob.data !== 'string') return false;
    // protobuf's JSON knows both alphabets of base64.
    const data = blob.data.replaceAll('-', '+').replaceAll('_', '/');
    if (mimeType.startsWith('image/')) {
      this.close();
      const source = { kind: 'data', mediaType: mimeType, base64: data } as const;
      this.give({ type: 'image', source, ...(signature ? { signature } : {}) });
      return true;
    }
    if (!mimeType.startsWith('audio/')) return false;
    const { open, choice } = this;
    if (open?.type !== 'audio' || open.mediaType !== mimeType) {
      const source = { kind: 'data', mediaType: mimeType, base64: '' } as const;
      const part = this.nextPart;
      this.begin({ type: 'audio', part, mediaType: mimeType }, { type: 'audio', source });
    }
    const text = this.sounds.push(data);
    const part = this.open?.part ?? 0;
    if (text !== '') this.emit({ type: 'delta', choice, part, text });
    return true;
  }

  private begin(open: OpenPart, value: AnswerPart): void {
    this.close();
    this.open = open;
    this.nextPart++;
    this.emit({ type: 'part', choice: this.choice, part: open.part, value });
  }

  private give(value: AnswerPart): void {
    const { choice } = this;
    const part = this.nextPart++;
    this.emit({ type: 'part', choice, part, value });
    this.emit({ type: 'part-end', choice, part });
  }

  private close(): void {
    const { open, choice } = this;
    if (!open) return;
    const { part } = open;
    const rest = open.type === 'audio' ? this.sounds.end() : '';
    if (rest !== '') this.emit({ type: 'delta', choice, part, text: rest });
    this.emit({ type: 'part-end', choice, part });
    this.open = null;
  }

  private noteText(part: number, text: string): void {
    const last = this.texts.at(-1);
    if (last?.part === part) last.text += text;
    else {
      const startByte = last ? last.startByte + Buffer.byteLength(last.text) : 0;
      this.texts.push({ part, text, startByte });
    }
  }

  /** Only the text that is still open may be cited: what was closed before its sources came stands in `beside` alone. */
  private citations() {
    const texts: readonly PlacedText[] = this.texts;
    return decodeCitations(this.beside, texts).filter(({ part }) => part === this.open?.part);
  }
}

function signatureOf(value: unknown): Opaque | undefined {
  return typeof value === 'string' && value !== '' ? { wire: 'gemini', value } : undefined;
}

function isOnly(part: Fields, names: readonly string[]): boolean {
  return Object.keys(part).every((name) => names.includes(name));
}
