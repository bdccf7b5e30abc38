import { PROVIDERS } from '../src/provider-registry.ts';
import type { ChatWire } from '../src/chat-wire.ts';
import { type SeenAnswer, sdkReadsAnswer, sdkReadsStream, seenIn } from './support/bedrock-sdk.ts';
import { foldEvents, orderOf, readStream, wireRequest } from './support/read-wire.ts';
import { bodyOf, hasRecordings, loadRecordings, type Recording } from './support/recordings.ts';

const isHere = hasRecordings('bedrock');
const converse = loadRecordings('bedrock').filter(({ endpoint }) =>
  endpoint.startsWith('converse'),
);
const unary = converse.filter(({ kind, status }) => kind === 'json' && status === 200);
const streamed = converse.filter(({ kind }) => kind === 'eventstream');
const refused = converse.filter(({ status }) => status >= 400);

const connected = PROVIDERS.bedrock.connect({
  baseUrl: 'https://bedrock-runtime.us-east-1.amazonaws.com',
  config: {},
  credential: null,
});
if (!connected.ok || !connected.value.chat) throw new Error('Bedrock does not connect');
const connection = connected.value;
const wire: ChatWire = connected.value.chat;

const tally = { unary: 0, streamed: 0, slicings: 0, cuts: 0, damaged: 0, refused: 0 };

const modelOf = ({ url }: Recording): string =>
  decodeURIComponent(/\/model\/([^/]+)\//.exec(url)?.[1] ?? '');

/** Where each frame of an event stream ends. */
function frameEnds(bytes: Buffer): number[] {
  const ends: number[] = [];
  for (let at = 0; at < bytes.length; ) ends.push((at += bytes.readUInt32BE(at)));
  return ends;
}

const counted = ({ input, output, cacheRead, cacheWrite }: SeenAnswer['usage']): number =>
  input + output + cacheRead + cacheWrite;

(isHere ? describe : describe.skip)('recorded answers of Bedrock', () => {
  it('read as the AWS SDK reads them, when whole', async () => {
    for (const recording of unary) {
      const decoded = wire.decodeAnswer(bodyOf(recording), wireRequest(modelOf(recording)));
      if (!decoded.ok) throw new Error(`line ${recording.line}: ${decoded.failure.internal}`);
      const seen = seenIn(decoded.answer);
      expect({ line: recording.line, ...seen }).toEqual({
        line: recording.line,
        ...(await sdkReadsAnswer(bodyOf(recording))),
      });
      const total = JSON.parse(bodyOf(recording).toString()).usage.totalTokens;
      expect(counted(seen.usage)).toBe(total);
      tally.unary++;
    }
  });

  it('read as the AWS SDK reads them, when streamed, in any slices', async () => {
    for (const recording of streamed) {
      const [bytes, request] = [bodyOf(recording), wireRequest(modelOf(recording))];
      const whole = readStream(wire, request, bytes);
      expect({ line: recording.line, phase: whole.phase }).toEqual({
        line: recording.line,
        phase: 'finished',
      });
      expect(orderOf(whole.events)).toBe('kept');
      const seen = seenIn(foldEvents(whole.events));
      expect({ line: recording.line, ...seen }).toEqual({
        line: recording.line,
        ...(await sdkReadsStream(bytes)),
      });
      for (const size of [1, 997]) {
        expect(readStream(wire, request, bytes, [size])).toEqual(whole);
        tally.slicings++;
      }
      tally.streamed++;
    }
  });

  it('never finish when cut at a frame, one byte short or with a broken checksum', () => {
    for (const recording of streamed) {
      const [bytes, request] = [bodyOf(recording), wireRequest(modelOf(recording))];
      const ends = frameEnds(bytes);
      for (const end of ends.slice(0, -1)) {
        expectNoFinish(readStream(wire, request, bytes.subarray(0, end)), 'provider.interrupted');
        tally.cuts++;
      }
      for (const end of ends) {
        expectNoFinish(
          readStream(wire, request, bytes.subarray(0, end - 1)),
          'provider.interrupted',
        );
        const broken = Buffer.from(bytes);
        broken.writeUInt8(broken.readUInt8(end - 1) ^ 1, end - 1);
        expectNoFinish(readStream(wire, request, broken, [997]), 'provider.invalid_answer');
        tally.damaged += 2;
      }
    }
  });

  it('are refusals that say what is wrong', () => {
    for (const recording of refused) {
      const { status, respHeaders: headers } = recording;
      const { code } = connection.decodeFailure({ status, headers, body: bodyOf(recording) }, 0);
      const expected = status === 403 ? 'rejected_credentials' : 'context_too_long';
      expect(code).toBe(`provider.${expected}`);
      tally.refused++;
    }
  });

  it('were all replayed', () => {
    console.table({ 'bedrock converse': tally });
    expect(tally.unary + tally.streamed + tally.refused).toBe(converse.length);
  });
});

function expectNoFinish(read: ReturnType<typeof readStream>, code: string): void {
  expect(read).toMatchObject({ phase: 'failed', code });
  expect(read.events.filter(({ type }) => type === 'finish' || type === 'end')).toEqual([]);
}
