import type { ProviderSlug } from '@tollgate/contracts';
import { type AnswerEvent, AnswerFold } from '@tollgate/neutral';
import fc from 'fast-check';
import type { StreamReader } from '../../src/index.ts';
import { chatWireOf, FAMILY, wireRequestFor } from './recorded-chats.ts';

interface Read {
  readonly events: readonly AnswerEvent[];
  readonly reader: StreamReader;
}

function readAs(
  slug: ProviderSlug,
  bytes: Buffer,
  sizes: readonly number[] = [bytes.length],
): Read {
  const events: AnswerEvent[] = [];
  const reader = chatWireOf(slug).streamReader(wireRequestFor(slug), (event) => events.push(event));
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = Math.max(1, sizes[turn % sizes.length] ?? 1);
    reader.push(bytes.subarray(at, at + size));
    at += size;
  }
  reader.end();
  return { events, reader };
}

const frame = (value: unknown, end = '\n'): string => `data: ${JSON.stringify(value)}${end}${end}`;
const delta = (piece: unknown, finish: string | null = null): unknown => ({
  id: 'c',
  model: 'm',
  choices: [{ index: 0, delta: piece, finish_reason: finish }],
});
const DONE = 'data: [DONE]\n\n';

/** Texts that look like frames, or are cut inside a character. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
  fc.constantFrom(
    '\n\ndata: [DONE]\n\n',
    '\r',
    '€😀',
    'event: error',
    '"finish_reason":"stop"',
    '"error":{}',
  ),
);
const piece = fc.oneof(
  text.map((content) => ({ content })),
  text.map((reasoning_content) => ({ reasoning_content })),
  text.map((refusal) => ({ refusal })),
  fc
    .tuple(fc.nat(2), text)
    .map(([index, written]) => ({ tool_calls: [{ index, function: { arguments: written } }] })),
);
const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 });
const end = fc.constantFrom('\n', '\r\n', '\r');

describe.each([...FAMILY, 'gateway', 'custom'] as const)('a stream of %s', (slug) => {
  const read = (bytes: Buffer, sizes?: readonly number[]): Read => readAs(slug, bytes, sizes);

  it('says what was written, whatever it looks like and however it is sliced', () => {
    fc.assert(
      fc.property(
        fc.array(piece, { minLength: 1, maxLength: 12 }),
        sizes,
        end,
        (pieces, slices, lineEnd) => {
          const frames = [
            ...pieces.map((each) => frame(delta(each), lineEnd)),
            frame(delta({}, 'length'), lineEnd),
          ];
          const bytes = Buffer.from(frames.join('') + DONE);
          const whole = read(bytes);
          expect(whole.reader.phase).toBe('finished');
          expect(read(bytes, slices).events).toEqual(whole.events);
          expect(read(bytes, [1]).events).toEqual(whole.events);
          const fold = new AnswerFold();
          for (const event of whole.events) fold.push(event);
          const [choice] = fold.answer().choices;
          const said = (choice?.parts ?? []).map((part) => ('text' in part ? part.text : ''));
          const written = pieces.map((each) =>
            Object.values(each).filter((value) => typeof value === 'string'),
          );
          expect(said.join('').length).toBe(written.flat().join('').length);
          expect(choice?.finish).toEqual({ reason: 'length', raw: 'length' });
        },
      ),
    );
  });

  it('gives nothing after its end, and throws at nothing', () => {
    fc.assert(
      fc.property(fc.json(), fc.uint8Array({ maxLength: 200 }), (json, noise) => {
        const good = Buffer.from(frame(delta({ content: 'x' }, 'stop')) + DONE);
        const whole = read(good);
        for (const more of [Buffer.from(`data: ${json}\n\n`), Buffer.from(noise), good])
          expect(read(Buffer.concat([good, more])).events).toEqual(whole.events);
        const odd = `data: {"choices":[{"index":0,"delta":${json},"finish_reason":${json}}],"usage":${json}}\n\n`;
        for (const bytes of [
          Buffer.from(odd),
          Buffer.from(`data: ${json}\n\n`),
          Buffer.from(noise),
        ]) {
          const { events } = read(bytes);
          expect(events.filter(({ type }) => type === 'end').length).toBeLessThanOrEqual(1);
          chatWireOf(slug).decodeAnswer(bytes, wireRequestFor(slug));
        }
        const answer = `{"choices":[{"message":${json},"finish_reason":${json},"logprobs":${json}}]}`;
        expect(chatWireOf(slug).decodeAnswer(Buffer.from(answer), wireRequestFor(slug)).ok).toBe(
          true,
        );
      }),
    );
  });

  it('tells failures apart', () => {
    const begun = frame(delta({ content: 'x' }));
    const cases: readonly (readonly [string, string])[] = [
      [begun, 'provider.interrupted'],
      ['', 'provider.interrupted'],
      [`${begun}data: {"no`, 'provider.interrupted'],
      [`${begun}data: {"no\n\n`, 'provider.invalid_answer'],
      [`${begun}<html>\n\n`, 'provider.invalid_answer'],
      [`${begun}${frame({ error: { message: 'x', code: 429 } })}`, 'provider.rate_limited'],
      [`${begun}event: error\n${frame({ message: 'x' })}`, 'provider.server_error'],
      [DONE, 'provider.invalid_answer'],
    ];
    for (const [given, code] of cases) {
      const { reader, events } = read(Buffer.from(given));
      expect({ given, phase: reader.phase, code: reader.failure?.code }).toEqual({
        given,
        phase: 'failed',
        code,
      });
      expect(events.some(({ type }) => type === 'end' || type === 'finish')).toBe(false);
    }
  });

  it('keeps the usage of a stream that is cut', () => {
    const usage = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 };
    const { reader } = read(Buffer.from(frame({ ...Object(delta({ content: 'x' })), usage })));
    expect(reader).toMatchObject({
      phase: 'failed',
      usage: { inputTokens: 3, outputTokens: 4 },
    });
  });

  it('takes a new id for a new call where a server numbers all of them 0', () => {
    const asked = (id: string, written: string): string =>
      frame(
        delta({
          tool_calls: [
            { index: 0, id, type: 'function', function: { name: 'f', arguments: written } },
          ],
        }),
      );
    const { events } = read(
      Buffer.from(
        asked('a', '{}') +
          asked('b', '{"x"') +
          frame(delta({ tool_calls: [{ index: 0, function: { arguments: ':1}' } }] }, 'stop')) +
          DONE,
      ),
    );
    const fold = new AnswerFold();
    for (const event of events) fold.push(event);
    expect(fold.answer().choices[0]).toMatchObject({
      parts: [
        { id: 'a', argumentsText: '{}' },
        { id: 'b', argumentsText: '{"x":1}' },
      ],
      finish: { reason: 'tool_calls', raw: 'stop' },
    });
  });
});
