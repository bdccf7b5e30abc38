import { type AnswerContext, CHAT_CODECS } from '@tollgate/dialects';
import { type Answer, type AnswerEvent, AnswerFold, type AnswerPart } from '@tollgate/neutral';
import type { StreamReader } from '../../src/index.ts';
import { essence } from './expected-answer.ts';
import {
  chatWireOf,
  FAMILY,
  hasRecordings,
  loadRecordings,
  type Member,
  type Recording,
  wireRequestFor,
} from './recorded-chats.ts';
import { asWhole } from './whole-from-stream.ts';
import { sdkReadsAnswer, sdkReadsStream, type Seen } from './seen-answer.ts';

const codec = CHAT_CODECS['openai-chat'];
const context: AnswerContext = {
  requestId: 'req_1',
  modelAsked: null,
  usageAsked: true,
  nowS: 1,
  request: {},
};
const table: Record<string, Record<string, number>> = {};
const count = (slug: string, what: string, by = 1): void => {
  const row = (table[slug] ??= {});
  row[what] = (row[what] ?? 0) + by;
};

interface Told {
  readonly events: readonly AnswerEvent[];
  readonly reader: StreamReader;
  readonly frames: Buffer;
}

/** The vendor's stream as events and in the client's dialect, in slices of that size. */
function tell(slug: Member, bytes: Buffer, size = bytes.length): Told {
  const events: AnswerEvent[] = [];
  const frames: Uint8Array[] = [];
  const encoder = codec.streamEncoder(context, (frame) => frames.push(frame));
  const reader = chatWireOf(slug).streamReader(wireRequestFor(slug), (event) => {
    events.push(event);
    encoder.push(event);
  });
  for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
  reader.end();
  return { events, reader, frames: Buffer.concat([...frames, encoder.tail]) };
}

function folded(events: readonly AnswerEvent[]): Answer {
  const fold = new AnswerFold();
  for (const event of events) fold.push(event);
  return fold.answer();
}

const answersOf = (slug: Member, kind: string): readonly Recording[] =>
  loadRecordings(slug, '/chat/completions').filter((r) => r.status === 200 && r.kind === kind);

(hasRecordings ? describe : describe.skip).each(FAMILY)('recorded answers of %s', (slug) => {
  it('read the same in the client’s dialect when whole', async () => {
    for (const { respText = '', path } of answersOf(slug, 'json')) {
      const body = Buffer.from(respText);
      const decoded = chatWireOf(slug).decodeAnswer(body, wireRequestFor(slug));
      if (!decoded.ok) throw new Error(`${path}: ${decoded.failure.internal}`);
      const given = await sdkReadsAnswer(Buffer.from(codec.encodeAnswer(decoded.answer, context)));
      const raw = await sdkReadsAnswer(body);
      expect({ path, seen: essence(given) }).toEqual({ path, seen: essence(withIds(raw, given)) });
      if (raw.choices[0]?.details.some(saysMore))
        expect({ path, details: given.choices[0]?.details }).toEqual({
          path,
          details: raw.choices[0].details,
        });
      count(slug, 'whole');
    }
  });

  it('read the same in the client’s dialect when streamed, in any slices', async () => {
    for (const { respText = '', path } of answersOf(slug, 'sse')) {
      const bytes = Buffer.from(respText);
      const told = tell(slug, bytes);
      expect({ path, phase: told.reader.phase }).toEqual({ path, phase: 'finished' });
      const raw = await sdkReadsStream(bytes);
      const given = await sdkReadsStream(told.frames);
      expect({ path, seen: essence(given) }).toEqual({ path, seen: essence(withIds(raw, given)) });
      for (const size of [1, 997]) {
        expect(tell(slug, bytes, size).events).toEqual(told.events);
        count(slug, 'slicings');
      }
      lawful(told.events);
      count(slug, 'streamed');
    }
  });

  it('agree, streamed and whole', async () => {
    for (const { respText = '', path } of answersOf(slug, 'sse')) {
      const { events } = tell(slug, Buffer.from(respText));
      const answer = folded(events);
      const whole = await sdkReadsAnswer(Buffer.from(codec.encodeAnswer(answer, context)));
      const streamed = await sdkReadsStream(tell(slug, Buffer.from(respText)).frames);
      expect({ path, seen: essence(whole) }).toEqual({ path, seen: essence(streamed) });
      const decoded = chatWireOf(slug).decodeAnswer(asWhole(respText), wireRequestFor(slug));
      if (!decoded.ok) throw new Error(`${path}: ${decoded.failure.internal}`);
      expect({ path, ...outline(decoded.answer) }).toEqual({ path, ...outline(answer) });
      count(slug, 'agree');
    }
  });

  it('never end well when they were cut', () => {
    for (const { respText = '', path } of answersOf(slug, 'sse')) {
      const bytes = Buffer.from(respText);
      const whole = folded(tell(slug, bytes).events);
      for (const at of boundaries(respText)) {
        for (const end of [at, at - 1]) {
          const cut = bytes.subarray(0, end);
          const { reader, events } = tell(slug, cut);
          const saidWhy = /"finish_reason"\s*:\s*"|\[DONE\]/.test(cut.toString());
          expect({ path, end, phase: reader.phase }).toEqual({
            path,
            end,
            phase: saidWhy ? 'finished' : 'failed',
          });
          if (!saidWhy) {
            expect(reader.failure?.code).toBe('provider.interrupted');
            expect(events.some(({ type }) => type === 'finish' || type === 'end')).toBe(false);
          }
          expect(textOf(whole).startsWith(textOf(folded(events)))).toBe(true);
          count(slug, 'cuts');
        }
      }
    }
  });
});

(hasRecordings ? it : it.skip)('counts the answers', () => {
  console.table(table);
  expect(Object.keys(table)).toEqual([...FAMILY]);
});

/** Calls without an id were given one. */
function withIds(raw: Seen, given: Seen): Seen {
  for (const [at, choice] of raw.choices.entries())
    for (const [index, call] of choice.calls.entries())
      call.id ||= given.choices[at]?.calls[index]?.id ?? '';
  return raw;
}

function saysMore(detail: Readonly<Record<string, unknown>>): boolean {
  return Boolean(detail.signature || detail.data || (detail.format ?? 'unknown') !== 'unknown');
}

/** The order that events keep. */
function lawful(events: readonly AnswerEvent[]): void {
  expect(events[0]?.type).toBe('start');
  expect(events.at(-1)?.type).toBe('end');
  const open = new Set<string>();
  for (const event of events) {
    if (!('part' in event)) continue;
    const key = `${event.choice} ${event.part}`;
    if (event.type === 'part') open.add(key);
    else expect(open.has(key)).toBe(true);
    if (event.type === 'part-end') open.delete(key);
  }
  expect(open.size).toBe(0);
}

/** The parts of each choice by kind: a stream may tell them in another order. */
function outline(answer: Answer): { readonly usage: unknown; readonly choices: unknown[] } {
  const joined = (parts: readonly AnswerPart[], type: 'text' | 'reasoning' | 'refusal'): string =>
    parts.map((part) => (part.type === type ? part.text : '')).join('');
  return {
    usage: answer.usage,
    choices: answer.choices.map(({ parts, finish }) => ({
      finish,
      text: joined(parts, 'text'),
      reasoning: joined(parts, 'reasoning'),
      refusal: joined(parts, 'refusal'),
      signatures: parts
        .map((part) => (part.type === 'reasoning' ? part.signature : null))
        .filter(Boolean),
      calls: parts.filter(({ type }) => type === 'tool-call'),
    })),
  };
}

function boundaries(text: string): number[] {
  const ends: number[] = [];
  for (const { index, 0: found } of text.matchAll(/\r?\n\r?\n/g))
    ends.push(Buffer.byteLength(text.slice(0, index + found.length)));
  const step = Math.max(1, Math.ceil(ends.length / MOST_CUTS));
  return ends.filter((_, at) => at % step === 0 || at > ends.length - 6);
}

/** Longer streams are cut at as many places, evenly, and at the last ones. */
const MOST_CUTS = 60;

function textOf(answer: Answer): string {
  return (answer.choices[0]?.parts ?? [])
    .map((part) => (part.type === 'text' ? part.text : ''))
    .join('');
}
