import { failure } from '@tollgate/contracts';
import OpenAI, {
  APIError,
  APIUserAbortError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  PermissionDeniedError,
  RateLimitError,
} from 'openai';
import { answerWhole, HEAD, KEY, policy } from './fake-messaging.ts';
import { type Rig, startRig, until } from './rig.ts';

const ASK = { model: 'gpt-4o-mini', messages: [{ role: 'user' as const, content: 'hi' }] };
const STREAM_HEAD = { ...HEAD, contentType: 'text/event-stream', costUsd: null };
const chunk = (content: string) =>
  Buffer.from(
    `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`,
  );

describe('the openai package', () => {
  let rig: Rig;
  let client: OpenAI;
  beforeAll(async () => {
    rig = await startRig();
    rig.fake.setModels({
      projectId: 'prj_1',
      models: [
        {
          name: 'gpt-4o-mini',
          provider: 'openai',
          connectionName: 'main',
          createdAt: 1_700_000_000_000,
        },
        {
          name: 'meta/llama',
          provider: 'openrouter',
          connectionName: 'or',
          createdAt: 1_700_000_000_000,
        },
      ],
      routes: [{ name: 'smart', createdAt: 1_700_000_000_000 }],
    });
    client = new OpenAI({ apiKey: KEY, baseURL: `${rig.url}/v1`, maxRetries: 0 });
  });
  afterAll(() => rig.stop());
  beforeEach(() => {
    rig.fake.setPolicy(KEY, policy());
    rig.fake.onCall = answerWhole;
    rig.fake.calls.length = 0;
  });

  it('guarantees a chat', async () => {
    const completion = await client.chat.completions.create(ASK);
    expect(completion.choices[0]?.message.content).toBe('hello');
    expect(completion._request_id).toMatch(/^req_/);
  });

  it('guarantees a stream', async () => {
    rig.fake.onCall = ({ listener }) => {
      listener.onHead(STREAM_HEAD);
      for (const word of ['a', 'b', 'c']) listener.onData(chunk(word));
      listener.onData(Buffer.from('data: [DONE]\n\n'));
      listener.onEnd({ recorded: true });
    };
    let text = '';
    for await (const part of await client.chat.completions.create({ ...ASK, stream: true })) {
      text += part.choices[0]?.delta.content ?? '';
    }
    expect(text).toBe('abc');
  });

  it('guarantees that a stream that breaks throws what the gateway tells', async () => {
    rig.fake.onCall = ({ listener }) => {
      listener.onHead(STREAM_HEAD);
      listener.onData(chunk('a'));
      listener.onFailure(failure('provider.interrupted'));
    };
    const read = async () => {
      for await (const part of await client.chat.completions.create({ ...ASK, stream: true }))
        void part;
    };
    const error = await read().then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(APIError);
    expect(error).toMatchObject({
      code: 'upstream_interrupted',
      error: { request_id: expect.stringMatching(/^req_/) },
    });
  });

  it('guarantees that an abort in a stream cancels the call', async () => {
    rig.fake.onCall = ({ listener }) => {
      listener.onHead(STREAM_HEAD);
      listener.onData(chunk('a'));
    };
    const stream = await client.chat.completions.create({ ...ASK, stream: true });
    for await (const part of stream) {
      expect(part.choices).toHaveLength(1);
      stream.controller.abort();
    }
    await until(() => rig.fake.calls[0]?.isCancelled === true, 'the cancel');
  });

  it('guarantees that an abort before the head cancels the call', async () => {
    rig.fake.onCall = () => undefined;
    const abort = new AbortController();
    const asked = client.chat.completions
      .create(ASK, { signal: abort.signal })
      .catch((error: unknown) => error);
    await until(() => rig.fake.calls.length === 1, 'the call');
    abort.abort();
    expect(await asked).toBeInstanceOf(APIUserAbortError);
    await until(() => rig.fake.calls[0]?.isCancelled === true, 'the cancel');
  });

  it.each([
    ['provider.bad_request', BadRequestError],
    ['auth.model_not_allowed', PermissionDeniedError],
    ['budget.rate_limited', RateLimitError],
    ['routing.exhausted', InternalServerError],
  ] as const)('guarantees the error class for %s', async (code, kind) => {
    rig.fake.onCall = ({ listener }) => listener.onFailure(failure(code));
    await expect(client.chat.completions.create(ASK)).rejects.toBeInstanceOf(kind);
  });

  it('guarantees an AuthenticationError for a wrong key', async () => {
    const stranger = client.withOptions({ apiKey: 'sk-wrong' });
    const error = await stranger.chat.completions.create(ASK).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AuthenticationError);
    expect(error).toMatchObject({
      status: 401,
      code: 'invalid_api_key',
      type: 'authentication_error',
    });
  });

  it('guarantees the models of the key’s project', async () => {
    const ids = async () => (await client.models.list()).data.map(({ id }) => id);
    expect(await ids()).toEqual(['gpt-4o-mini', 'meta/llama', 'smart']);
    expect(await client.models.retrieve('meta/llama')).toMatchObject({
      owned_by: 'openrouter',
      created: 1_700_000_000,
    });
    expect(await client.models.retrieve('openai/gpt-4o-mini')).toMatchObject({
      id: 'openai/gpt-4o-mini',
    });
    await expect(client.models.retrieve('nothing')).rejects.toMatchObject({
      status: 404,
      code: 'model_not_found',
    });
    rig.fake.setPolicy(KEY, policy({ modelAllowlist: ['openai/*'] }));
    expect(await ids()).toEqual(['gpt-4o-mini', 'smart']);
    await expect(client.models.retrieve('meta/llama')).rejects.toMatchObject({ status: 404 });
  });
});
