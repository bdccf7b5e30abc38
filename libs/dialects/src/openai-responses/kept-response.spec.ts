import {
  idsOfOthers,
  type KeptResponse,
  keptResponse,
  referencesOf,
  referencesOfKept,
  withKept,
} from './kept-response.ts';
import { idBase, ownResponseOf } from './own-ids.ts';

const user = (content: string) => ({ role: 'user', content });
const message = (base: string, text: string) => ({
  type: 'message',
  id: `msg_tg_${base}_0`,
  role: 'assistant',
  content: [{ type: 'output_text', text }],
});
const reference = (id: string) => ({ type: 'item_reference', id });

const first = keptResponse(
  { input: 'one?' },
  { id: 'resp_tg_a', output: [message('a', 'one!'), { id: 'rs_given', type: 'reasoning' }] },
);
const second = keptResponse(
  { input: [user('two?')], previous_response_id: 'resp_tg_a' },
  { id: 'resp_tg_b', output: [message('b', 'two!')] },
);

const finding =
  (kept: Readonly<Record<string, KeptResponse>>) =>
  (id: string): KeptResponse | undefined =>
    kept[ownResponseOf(id) ?? id];
const find = finding({ resp_tg_a: first, resp_tg_b: second, rs_given: first });
const inputOf = (request: Record<string, unknown>): unknown => {
  const found = withKept(request, find);
  return found.ok ? found.value.input : found.failure;
};

describe('ids of our own', () => {
  it('lead from an item to its response', () => {
    expect(idBase({ requestId: 'req_01ab' })).toBe('tg_01ab');
    for (const id of ['resp_tg_01ab', 'msg_tg_01ab_0', 'fc_tg_01ab_12', 'rs_tg_01ab_3'])
      expect(ownResponseOf(id)).toBe('resp_tg_01ab');
  });

  it.each([
    '',
    'resp_1',
    'msg_68af',
    'rs_tg1_abc',
    'x_tg_',
    'msg_tg_a.b',
    'msg_tg_a_b',
    'resp_tg_*',
  ])('are no others: %j', (id) => expect(ownResponseOf(id)).toBeUndefined());
});

describe('a response that is kept', () => {
  it('knows what it answers, what it went on from, and the items that others named', () => {
    expect(first).toMatchObject({ previous: null, input: [user('one?')] });
    expect(second).toMatchObject({ previous: 'resp_tg_a', input: [user('two?')] });
    expect(idsOfOthers(first)).toEqual(['rs_given']);
    expect(idsOfOthers(second)).toEqual([]);
    expect(referencesOfKept(second)).toEqual(['resp_tg_a']);
  });

  it('is named by a request, but not by what carries itself or what OpenAI keeps', () => {
    const input = [reference('msg_tg_a_0'), reference('rs_given'), reference(''), user('x')];
    expect(referencesOf({ input, previous_response_id: 'resp_1' })).toEqual([
      'msg_tg_a_0',
      'rs_given',
    ]);
    const text = Buffer.from('tg1text..x').toString('base64url');
    expect(referencesOf({ input: [reference(`rs_tg1_${text}`)] })).toEqual([]);
    expect(referencesOf({ input: 'text', previous_response_id: 'resp_tg_a' })).toEqual([
      'resp_tg_a',
    ]);
  });
});

describe('a request that names what is kept', () => {
  it('goes on from a response: all before it, in order, and its own input at the end', () => {
    const found = withKept(
      { model: 'm', input: 'three?', previous_response_id: 'resp_tg_b' },
      find,
    );
    expect(found).toEqual({
      ok: true,
      value: {
        model: 'm',
        input: [
          user('one?'),
          ...Object(first.response).output,
          user('two?'),
          message('b', 'two!'),
          user('three?'),
        ],
      },
    });
  });

  it('has items in place of their names, whoever gave these', () => {
    const input = [user('x'), reference('msg_tg_a_0'), reference('rs_given'), user('y')];
    const [said, thought] = Object(first.response).output;
    expect(inputOf({ input })).toEqual([user('x'), said, thought, user('y')]);
  });

  it('leaves alone what another keeps, and thoughts that are gone', () => {
    const input = [reference('msg_68af'), reference('rs_tg_gone_0'), reference('rs_68af')];
    const request = { input, previous_response_id: 'resp_68af' };
    expect(withKept(request, find)).toEqual({ ok: true, value: request });
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['a response', { previous_response_id: 'resp_tg_gone' }, 'previous_response_id'],
    ['a message', { input: [user('x'), reference('msg_tg_gone_0')] }, 'input[1]'],
    ['an item that its response has not', { input: [reference('msg_tg_a_7')] }, 'input[0]'],
  ])('is told that %s is not kept', (_what, request, param) => {
    expect(inputOf(request)).toMatchObject({ code: 'request.reference_not_found', param });
  });

  it('cannot go on from a response whose input was too large, but from its items', () => {
    const large = finding({ resp_tg_l: { ...first, input: null } });
    expect(withKept({ previous_response_id: 'resp_tg_l' }, large)).toMatchObject({
      failure: {
        message:
          '"previous_response_id" names what was too large to keep; send the items themselves.',
      },
    });
  });

  it('meets a bound where a chain is endless', () => {
    const ring = finding({ resp_tg_a: { ...first, previous: 'resp_tg_a' } });
    expect(withKept({ previous_response_id: 'resp_tg_a' }, ring)).toMatchObject({
      failure: { code: 'request.reference_not_found' },
    });
  });

  it('meets a bound where it names much very often', () => {
    const large = keptResponse(
      {},
      { id: 'resp_tg_x', output: [message('x', 'x'.repeat(1_000_000))] },
    );
    const often = finding({ resp_tg_x: large });
    const input = Array.from({ length: 40 }, () => reference('msg_tg_x_0'));
    expect(withKept({ input: input.slice(0, 30) }, often).ok).toBe(true);
    expect(withKept({ input }, often)).toMatchObject({
      failure: { code: 'request.reference_not_found', param: 'input[33]' },
    });
  });
});
