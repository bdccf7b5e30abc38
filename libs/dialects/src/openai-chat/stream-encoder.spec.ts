import { NO_USAGE } from '@tollgate/contracts';
import { type Answer, type AnswerPart, unfoldAnswer } from '@tollgate/neutral';
import fc from 'fast-check';
import { CHAT_CODECS } from '../chat-codecs.ts';
import type { AnswerContext, ChatCodec } from '../chat-codec.ts';

type Fields = Record<string, unknown>;

const context: AnswerContext = {
  requestId: 'req_1',
  modelAsked: null,
  usageAsked: true,
  nowS: 9,
  request: {},
};

/** Texts that try to end a frame, or to be cut inside a character. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.constantFrom(
    '\n\ndata: [DONE]\n\n',
    '\r',
    '\r\n\r\n',
    '\u2028',
    '€😀',
    'event: error\ndata: {}',
    '"}]',
  ),
);
const signature = fc.option(
  fc.record({ wire: fc.constantFrom('anthropic' as const, 'gemini' as const), value: text }),
  { nil: undefined },
);
const part: fc.Arbitrary<AnswerPart> = fc.oneof(
  text.map((said): AnswerPart => ({ type: 'text', text: said })),
  text.map((said): AnswerPart => ({ type: 'refusal', text: said })),
  fc.tuple(text, signature).map(
    ([said, seal]): AnswerPart => ({
      type: 'reasoning',
      text: said,
      ...(seal ? { signature: seal } : {}),
    }),
  ),
  fc.tuple(text, text, text).map(
    ([id, name, written]): AnswerPart => ({
      type: 'tool-call',
      id,
      name,
      argumentsText: written,
      kind: 'function',
    }),
  ),
);
const answer: fc.Arbitrary<Answer> = fc
  .array(fc.array(part, { maxLength: 5 }), { minLength: 1, maxLength: 3 })
  .map((choices) => ({
    ...{ id: 'a', model: 'm', createdAt: 1 },
    usage: { ...NO_USAGE, inputTokens: 3, outputTokens: 4 },
    choices: choices.map((parts, index) => ({
      index,
      parts,
      finish: { reason: 'stop' as const, raw: null },
    })),
  }));

function told(
  codec: ChatCodec,
  whole: Answer,
): { readonly frames: readonly string[]; readonly tail: string } {
  const frames: string[] = [];
  const encoder = codec.streamEncoder(context, (bytes) =>
    frames.push(Buffer.from(bytes).toString()),
  );
  unfoldAnswer(whole, (event) => encoder.push(event));
  return { frames, tail: Buffer.from(encoder.tail).toString() };
}

describe.each(
  Object.entries(CHAT_CODECS).filter(([name]) => /chat$|completions|complete|vision/.test(name)),
)('a stream in %s', (name, codec) => {
  it('has frames that nothing the model writes can forge', () => {
    fc.assert(
      fc.property(answer, (whole) => {
        const { frames, tail } = told(codec, whole);
        for (const frame of frames) {
          expect(frame).toMatch(/^data: \{[^\r\n]*\}\n\n$/);
          expect(JSON.parse(frame.slice(6))).toMatchObject({ id: 'a', model: 'm', created: 1 });
        }
        expect(tail).toBe('data: [DONE]\n\n');
      }),
    );
  });

  it('adds up to the whole answer', () => {
    fc.assert(
      fc.property(answer, (whole) => {
        const choices: Fields[] = [];
        let usage: unknown = null;
        for (const frame of told(codec, whole).frames) {
          const chunk = JSON.parse(frame.slice(6));
          usage = chunk.usage ?? usage;
          for (const choice of chunk.choices) add((choices[choice.index] ??= {}), choice);
        }
        const unary = JSON.parse(Buffer.from(codec.encodeAnswer(whole, context)).toString());
        expect(usage).toEqual(unary.usage);
        expect(choices.map(plain)).toEqual(unary.choices.map(plain));
      }),
    );
    expect(name).toBeTruthy();
  });
});

/** Puts a choice's chunks together as clients do. */
function add(into: Fields, choice: Fields): void {
  const { delta, text: more, finish_reason: finish } = choice;
  into.finish_reason = finish ?? into.finish_reason ?? null;
  if (typeof more === 'string') into.text = `${String(into.text ?? '')}${more}`;
  const message = (into.message ??= {}) as Fields;
  for (const [key, value] of Object.entries((delta ?? {}) as Fields)) {
    const known = message[key];
    if (key === 'tool_calls') message[key] = calls((known ?? []) as Fields[], value as Fields[]);
    else if (Array.isArray(value)) message[key] = [...((known ?? []) as unknown[]), ...value];
    else if (typeof value === 'string' && typeof known === 'string' && key !== 'role')
      message[key] = known + value;
    else message[key] = value ?? known;
  }
}

function calls(known: readonly Fields[], more: readonly Fields[]): Fields[] {
  const list = [...known];
  for (const { index, ...call } of more) list[Number(index)] ??= call;
  return list;
}

/** Nothing and an empty text are the same to a client that adds up. */
function plain(choice: Fields): Fields {
  const message = Object.fromEntries(
    Object.entries((choice.message ?? {}) as Fields).map(([key, value]) => [
      key,
      value === null ? '' : value,
    ]),
  );
  const { refusal = '', ...rest } = message;
  const isChat = 'content' in message;
  return {
    text: choice.text ?? '',
    finish_reason: choice.finish_reason,
    ...(isChat ? { ...rest, refusal } : {}),
  };
}
