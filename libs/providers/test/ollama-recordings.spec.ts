import type { Answer } from '@tollgate/neutral';
import { foldWire, readWire } from '../src/chat-wire.contract.ts';
import { PROVIDERS } from '../src/provider-registry.ts';
import { orderOf, wireRequest } from './support/read-wire.ts';
import { bodyOf, hasRecordings, loadRecordings } from './support/recordings.ts';

const connected = PROVIDERS.ollama.connect({
  baseUrl: 'http://127.0.0.1:11434',
  config: { api: 'native' },
  credential: null,
});
if (!connected.ok || !connected.value.chat) throw new Error('Ollama does not connect');
const wire = connected.value.chat;

const isHere = hasRecordings('ollama');
const recorded = loadRecordings('ollama').filter(({ endpoint }) => endpoint === 'api/chat');
const tally = { unary: 0, streamed: 0, slicings: 0, cuts: 0 };

/** What a plain reader of the whole text sees. */
function readPlainly(body: string) {
  const lines = body
    .split('\n')
    .filter((one) => one !== '')
    .map((one) => JSON.parse(one));
  const last = lines.at(-1);
  const join = (key: string) => lines.map((one) => one.message[key] ?? '').join('');
  return {
    text: join('content'),
    thinking: join('thinking'),
    reason: last.done_reason,
    input: last.prompt_eval_count,
    output: last.eval_count,
    model: last.model,
  };
}

function seen({ choices, usage, model }: Answer) {
  const of = (type: string) =>
    (choices[0]?.parts ?? [])
      .map((part) => (part.type === type && 'text' in part ? part.text : ''))
      .join('');
  return {
    text: of('text'),
    thinking: of('reasoning'),
    reason: choices[0]?.finish.raw,
    input: usage?.inputTokens,
    output: usage?.outputTokens,
    model,
  };
}

(isHere ? describe : describe.skip)('recorded answers of Ollama', () => {
  it.each(recorded.map((recording) => [recording.line, recording] as const))(
    'in line %i read as a plain reader reads them, in any slices, and never finish when cut',
    (_line, recording) => {
      const body = bodyOf(recording);
      const request = wireRequest(String(recording.reqJson.model));
      if (recording.kind === 'json') {
        const decoded = wire.decodeAnswer(body, request);
        if (!decoded.ok) throw new Error(decoded.failure.internal);
        expect(seen(decoded.answer)).toEqual(readPlainly(body.toString()));
        tally.unary++;
        return;
      }
      const whole = readWire({ wire, request }, body);
      expect(orderOf(whole.events)).toBe('kept');
      expect(seen(foldWire(whole.events))).toEqual(readPlainly(body.toString()));
      for (const size of [1, 997]) {
        expect(readWire({ wire, request }, body, [size])).toEqual(whole);
        tally.slicings++;
      }
      const trimmed = body.toString().trimEnd();
      for (let at = trimmed.indexOf('\n'); at !== -1; at = trimmed.indexOf('\n', at + 1)) {
        const cut = readWire({ wire, request }, Buffer.from(trimmed.slice(0, at + 1)));
        expect(cut).toMatchObject({ phase: 'failed', code: 'provider.interrupted' });
        tally.cuts++;
      }
      const short = readWire({ wire, request }, Buffer.from(trimmed.slice(0, -1)));
      expect(short).toMatchObject({ phase: 'failed', code: 'provider.interrupted' });
      tally.streamed++;
    },
  );

  it('were all replayed', () => {
    console.table({ 'ollama api/chat': tally });
    expect(tally.unary + tally.streamed).toBe(recorded.length);
  });
});
