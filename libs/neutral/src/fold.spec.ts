import { NO_USAGE } from '@tollgate/contracts';
import type { Answer } from './answer.ts';
import type { AnswerEvent } from './answer-event.ts';
import { AnswerFold, unfoldAnswer } from './fold.ts';
import { Losses } from './losses.ts';
import { carryOpaque, readOpaque } from './opaque.ts';

const ANSWER: Answer = {
  id: 'a-1',
  model: 'm-1',
  createdAt: 7,
  serviceTier: 'default',
  choices: [
    {
      index: 0,
      parts: [
        { type: 'reasoning', text: 'hm', signature: { wire: 'anthropic', value: 's' } },
        { type: 'text', text: 'Hello', citations: [{ kind: 'url', url: 'https://a.example' }] },
        { type: 'tool-call', id: 'c', name: 'f', argumentsText: '{"a":1}', kind: 'function' },
      ],
      finish: { reason: 'tool_calls', raw: 'tool_use' },
      logprobs: [{ token: 'H', logprob: -1, bytes: null, topLogprobs: [] }],
    },
  ],
  usage: { ...NO_USAGE, inputTokens: 3, outputTokens: 4 },
};

function fold(events: readonly AnswerEvent[]): Answer {
  const folded = new AnswerFold();
  for (const event of events) folded.push(event);
  return folded.answer();
}

describe('AnswerFold', () => {
  it('gives back the answer that was told as events', () => {
    const events: AnswerEvent[] = [];
    unfoldAnswer(ANSWER, (event) => events.push(event));
    expect(fold(events)).toEqual(ANSWER);
    expect(events.at(-1)).toEqual({ type: 'end' });
  });

  it('takes the tier that is known only with the usage', () => {
    const answer = fold([
      { type: 'start', id: '', model: '', createdAt: null, serviceTier: 'auto' },
      { type: 'usage', usage: NO_USAGE, serviceTier: 'priority' },
      { type: 'end' },
    ]);
    expect(answer).toMatchObject({ serviceTier: 'priority', usage: NO_USAGE });
  });

  it('adds deltas, signatures and citations to their parts', () => {
    const [choice, part] = [0, 0];
    const answer = fold([
      { type: 'start', id: '', model: '', createdAt: null },
      { type: 'part', choice, part, value: { type: 'text', text: 'a' } },
      { type: 'delta', choice, part, text: 'b' },
      { type: 'citation', choice, part, citation: { kind: 'other' } },
      { type: 'part', choice, part: 1, value: { type: 'reasoning', text: '' } },
      { type: 'signature', choice, part: 1, signature: { wire: 'gemini', value: 'x' } },
      { type: 'finish', choice, finish: { reason: 'stop', raw: 'STOP' } },
      { type: 'end' },
    ]);
    expect(answer.choices).toEqual([
      {
        index: 0,
        parts: [
          { type: 'text', text: 'ab', citations: [{ kind: 'other' }] },
          { type: 'reasoning', text: '', signature: { wire: 'gemini', value: 'x' } },
        ],
        finish: { reason: 'stop', raw: 'STOP' },
      },
    ]);
  });
});

describe('an opaque value', () => {
  it('is unchanged on its own wire and comes back from another', () => {
    const opaque = { wire: 'gemini', value: 'tg1.no.trap' } as const;
    expect(carryOpaque(opaque, 'gemini')).toBe('tg1.no.trap');
    expect(readOpaque(carryOpaque(opaque, 'anthropic'), 'anthropic')).toEqual(opaque);
    expect(readOpaque('plain', 'anthropic')).toEqual({ wire: 'anthropic', value: 'plain' });
  });
});

describe('Losses', () => {
  it('names what was dropped when lenient, and refuses it when strict', () => {
    const lenient = new Losses('lenient', 'anthropic');
    lenient.drop('seed');
    lenient.drop('seed');
    lenient.adapt('tools[].function.parameters.$schema');
    expect(lenient.settle()).toEqual({
      ok: true,
      value: ['seed', 'tools[].function.parameters.$schema'],
    });
    const strict = new Losses('strict', 'anthropic');
    strict.adapt('a');
    strict.drop('seed');
    expect(strict.settle()).toMatchObject({ ok: false, failure: { param: 'seed' } });
  });

  it('refuses what may not be dropped, whatever the policy', () => {
    const losses = new Losses('lenient', 'google');
    losses.refuse('n');
    expect(losses.settle()).toMatchObject({
      ok: false,
      failure: { code: 'request.unsupported_by_provider', param: 'n' },
    });
  });
});
