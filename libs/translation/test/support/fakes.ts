import { failure, NO_USAGE, succeed } from '@tollgate/contracts';
import type { ChatCodec } from '@tollgate/dialects';
import type { Answer, AnswerEvent, Conversation, EmitEvent } from '@tollgate/neutral';
import type {
  AnswerFacts,
  ChatWire,
  ClientRequest,
  ProviderConnection,
  StreamReader,
} from '@tollgate/providers';

export const CONVERSATION: Conversation = {
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }],
  seed: 7,
  maxOutputTokens: 5,
  others: {},
  origin: 'anthropic',
};

export const ANSWER: Answer = {
  id: 'a-1',
  model: 'm-1',
  createdAt: 1,
  choices: [
    { index: 0, parts: [{ type: 'text', text: 'hello' }], finish: { reason: 'stop', raw: 'end' } },
  ],
  usage: { ...NO_USAGE, inputTokens: 1, outputTokens: 2 },
};

const FACTS: AnswerFacts = {
  usage: ANSWER.usage,
  reportedCostPicoUsd: 5n,
  finishReason: 'end',
  estimateOutputTokens: () => 9,
};

/** Writes each event as one line of JSON; counts how often it read a request. */
export class FakeCodec implements ChatCodec {
  readonly dialect = 'anthropic-messages';
  readonly fieldNames = { stop: 'stop_sequences' };
  decoded = 0;

  decodeRequest(fields: Readonly<Record<string, unknown>>): ReturnType<ChatCodec['decodeRequest']> {
    this.decoded++;
    if (fields['bad'] === true)
      return { ok: false, failure: failure('request.validation_error', { param: 'bad' }) };
    return succeed(CONVERSATION);
  }

  encodeAnswer(
    answer: Answer,
    context: Parameters<ChatCodec['encodeAnswer']>[1],
  ): ReturnType<ChatCodec['encodeAnswer']> {
    const { requestId, modelAsked, nowS, request } = context;
    return Buffer.from(JSON.stringify({ answer, requestId, modelAsked, nowS, request }));
  }

  streamEncoder(
    _context: unknown,
    emit: (bytes: Uint8Array) => void,
  ): ReturnType<ChatCodec['streamEncoder']> {
    const state = { tail: Buffer.alloc(0) };
    return {
      push: (event) => {
        const line = Buffer.from(`${JSON.stringify(event)}\n`);
        if (event.type === 'end') state.tail = line;
        else emit(line);
      },
      get tail() {
        return state.tail;
      },
    };
  }
}

/** Speaks one event of the neutral model a line; the line `broken` breaks it. */
export class FakeWire implements ChatWire {
  losses: 'none' | 'drop' | 'refuse' = 'none';
  urls: readonly string[] = [];
  fetched: unknown = null;

  mediaToFetch(): readonly string[] {
    return this.urls;
  }

  encodeRequest(request: Parameters<ChatWire['encodeRequest']>[0]) {
    this.fetched = request.fetched;
    if (this.losses === 'drop') {
      request.losses.drop('stop');
      request.losses.adapt('tools[].function.parameters.$schema');
    }
    if (this.losses === 'refuse') request.losses.refuse('stop');
    return succeed({
      path: `/${request.model}`,
      headers: [],
      body: Buffer.from('{}'),
      droppedParams: [],
    });
  }

  decodeAnswer(body: Buffer): ReturnType<ChatWire['decodeAnswer']> {
    if (body.toString() !== 'whole')
      return { ok: false, failure: failure('provider.invalid_answer') };
    return { ok: true, answer: ANSWER, facts: FACTS };
  }

  streamReader(_request: unknown, emit: EmitEvent): StreamReader {
    return new LineReader(emit);
  }
}

class LineReader implements StreamReader {
  phase: StreamReader['phase'] = 'waiting';
  failure: StreamReader['failure'] = null;
  usage: StreamReader['usage'] = null;
  readonly reportedCostPicoUsd = null;
  readonly finishReason = null;
  private pending = '';

  constructor(private readonly emit: EmitEvent) {}

  push(chunk: Buffer): void {
    this.pending += chunk.toString('latin1');
    for (let end = this.pending.indexOf('\n'); end >= 0; end = this.pending.indexOf('\n')) {
      this.read(this.pending.slice(0, end));
      this.pending = this.pending.slice(end + 1);
    }
  }

  end(): void {
    if (this.phase !== 'finished' && this.phase !== 'failed') this.fail();
  }

  estimateOutputTokens(): number {
    return 3;
  }

  private read(line: string): void {
    if (this.phase === 'finished' || this.phase === 'failed') return;
    if (line === 'broken') return this.fail();
    const event = JSON.parse(line) as AnswerEvent;
    this.phase = 'open';
    this.emit(event);
    if (event.type === 'usage') this.usage = event.usage;
    if (event.type === 'end') this.phase = 'finished';
  }

  private fail(): void {
    this.phase = 'failed';
    this.failure = failure('provider.interrupted');
  }
}

export function connectionOf(chat: ChatWire | null): ProviderConnection {
  return {
    origin: 'https://provider.example',
    dialects: new Set(['openai-chat']),
    chat,
    signing: null,
    encodeRequest: () => ({ ok: false, failure: failure('gateway.internal') }),
    decodeResponse: () => ({ ok: false, failure: failure('gateway.internal') }),
    streamDecoder: () => {
      throw new Error('not of interest here');
    },
    decodeFailure: () => failure('provider.server_error'),
    modelList: null,
  };
}

export function requestOf(changes: Partial<ClientRequest> = {}): ClientRequest {
  return {
    dialect: 'anthropic-messages',
    operation: 'chat',
    body: Buffer.from('{"model":"x"}'),
    stream: false,
    usageAsked: false,
    modelAsked: 'x',
    outputCap: null,
    requestId: 'req_1',
    ...changes,
  };
}
