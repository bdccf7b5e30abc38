import Anthropic, {
  APIError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  RateLimitError,
} from '@anthropic-ai/sdk';
import { failure } from '@tollgate/contracts';
import { answerInDialect } from './fake-adapter.ts';
import { HEAD, KEY } from './fake-messaging.ts';
import { type Rig, startRig, until } from './rig.ts';

const ASK = {
  model: 'claude-test-1',
  max_tokens: 100,
  messages: [{ role: 'user' as const, content: 'hi' }],
};
const STREAM_HEAD = { ...HEAD, contentType: 'text/event-stream', costUsd: null };
const START =
  'event: message_start\ndata: {"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"x","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":0}}}\n\n';

describe('the @anthropic-ai/sdk package', () => {
  let rig: Rig;
  let client: Anthropic;
  beforeAll(async () => {
    rig = await startRig({ TOLLGATE_HEARTBEAT_MS: 50 });
    client = new Anthropic({ apiKey: KEY, baseURL: rig.url, maxRetries: 0 });
  });
  afterAll(() => rig.stop());
  beforeEach(() => {
    rig.fake.onCall = answerInDialect();
    rig.fake.calls.length = 0;
  });

  it('guarantees a message, whole and streamed, with the same content', async () => {
    const whole = await client.messages.create(ASK);
    const streamed = await client.messages.stream(ASK).finalMessage();
    for (const message of [whole, streamed]) {
      expect(message.content.map(({ type }) => type)).toEqual(['thinking', 'text', 'tool_use']);
      expect(message.content[1]).toMatchObject({ text: 'It is sunny in Bern.' });
      expect(message.content[2]).toMatchObject({ name: 'weather', input: { city: 'Bern' } });
      expect(message.stop_reason).toBe('tool_use');
      expect(message.usage).toMatchObject({ input_tokens: 12, output_tokens: 7 });
    }
    expect(rig.fake.calls.map(({ header }) => [header.dialect, header.stream])).toEqual([
      ['anthropic-messages', false],
      ['anthropic-messages', true],
    ]);
  });

  it('guarantees that version and betas reach the adapter', async () => {
    await client.beta.messages.create({ ...ASK, betas: ['context-1m-2025-08-07', 'b-2'] });
    expect(rig.fake.calls[0]?.header.clientHeaders).toEqual({
      'anthropic-version': expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      'anthropic-beta': 'context-1m-2025-08-07,b-2',
    });
  });

  it('guarantees counting of tokens', async () => {
    rig.fake.onCall = ({ listener }) => {
      listener.onHead(HEAD);
      listener.onData(Buffer.from('{"input_tokens":9}'));
      listener.onEnd({ recorded: true });
    };
    const { model, messages } = ASK;
    expect(await client.messages.countTokens({ model, messages })).toEqual({ input_tokens: 9 });
    expect(rig.fake.calls[0]?.header.operation).toBe('count_tokens');
  });

  it('guarantees that a silent stream is kept open by what the SDK passes over', async () => {
    rig.fake.onCall = ({ listener }) => {
      listener.onHead(STREAM_HEAD);
      listener.onData(Buffer.from(START));
    };
    const response = await rig.post('/v1/messages', { ...ASK, stream: true });
    let text = '';
    const reading = (async () => {
      for await (const part of response.body ?? []) text += Buffer.from(part).toString();
    })();
    await until(() => text.includes('event: ping'), 'the heartbeat');
    expect(text).toMatch(
      /^event: message_start\n.*\n\n(event: ping\ndata: \{"type":"ping"\}\n\n)+$/,
    );
    rig.fake.calls[0]?.listener.onEnd({ recorded: true });
    await reading;
  });

  it('guarantees that a stream that breaks throws what the gateway tells', async () => {
    rig.fake.onCall = ({ listener }) => {
      listener.onHead(STREAM_HEAD);
      listener.onData(Buffer.from(START));
      listener.onFailure(failure('provider.interrupted'));
    };
    const thrown = await client.messages
      .stream(ASK)
      .finalMessage()
      .catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(APIError);
    expect(JSON.stringify((thrown as APIError).error)).toContain('upstream_interrupted');
  });

  it('guarantees that an abort cancels the call', async () => {
    rig.fake.onCall = ({ listener }) => {
      listener.onHead(STREAM_HEAD);
      listener.onData(Buffer.from(START));
    };
    const stream = client.messages.stream(ASK);
    stream.on('streamEvent', () => stream.abort());
    await stream.finalMessage().catch(() => undefined);
    await until(() => rig.fake.calls[0]?.isCancelled === true, 'the cancel');
  });

  it.each([
    ['provider.bad_request', BadRequestError],
    ['budget.rate_limited', RateLimitError],
    ['provider.unknown_model', NotFoundError],
    ['routing.exhausted', InternalServerError],
  ] as const)('guarantees the error class for %s', async (code, kind) => {
    rig.fake.onCall = ({ listener }) => listener.onFailure(failure(code));
    await expect(client.messages.create(ASK)).rejects.toBeInstanceOf(kind);
  });

  it('guarantees an AuthenticationError with the request id for a wrong key', async () => {
    const stranger = client.withOptions({ apiKey: 'sk-wrong' });
    const error = await stranger.messages.create(ASK).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AuthenticationError);
    expect(error).toMatchObject({
      error: {
        type: 'error',
        error: { type: 'authentication_error' },
        request_id: expect.stringMatching(/^req_/),
      },
    });
  });

  it('guarantees the models of the key’s project', async () => {
    rig.fake.setModels({
      projectId: 'prj_1',
      models: [
        {
          name: 'claude-test-1',
          provider: 'anthropic',
          connectionName: 'main',
          createdAt: 1_700_000_000_000,
        },
      ],
      routes: [],
    });
    const listed = [];
    for await (const model of client.models.list()) listed.push(model);
    expect(listed).toEqual([
      {
        type: 'model',
        id: 'claude-test-1',
        display_name: 'claude-test-1',
        created_at: '2023-11-14T22:13:20.000Z',
      },
    ]);
    expect(await client.models.retrieve('claude-test-1')).toMatchObject({ type: 'model' });
    await expect(client.models.retrieve('nothing')).rejects.toBeInstanceOf(NotFoundError);
  });
});
