import type { ProviderSlug } from '@tollgate/contracts';
import { CHAT_CODECS, type ChatCodec } from '@tollgate/dialects';
import { type Answer, unfoldAnswer, type Wire } from '@tollgate/neutral';
import { type ChatWire, PROVIDERS, type ProviderConnection } from '@tollgate/providers';
import { converseStream, converseWhole } from './converse-bytes.ts';

/** A provider whose own words are known: what it says when it means an answer. */
export interface Upstream {
  readonly wire: Wire;
  readonly provider: ProviderSlug;
  /** Without dialects of its own, so that each call is translated. */
  readonly connection: ProviderConnection;
  readonly chat: ChatWire;
  whole(answer: Answer): Buffer;
  stream(answer: Answer): Buffer;
}

interface Row {
  readonly wire: Wire;
  readonly provider: ProviderSlug;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly credential?: string;
  /** The dialect in which it answers; null for one that no client speaks. */
  readonly speaks: keyof typeof CHAT_CODECS | null;
}

const AWS = JSON.stringify({ accessKeyId: 'AKIA0', secretAccessKey: 'secret' });

const ROWS: readonly Row[] = [
  { wire: 'openai-chat', provider: 'custom', speaks: 'openai-chat' },
  {
    wire: 'openai-responses',
    provider: 'openai',
    config: { api: 'responses' },
    speaks: 'openai-responses',
  },
  { wire: 'anthropic', provider: 'anthropic', speaks: 'anthropic-messages' },
  { wire: 'gemini', provider: 'google', speaks: 'gemini-generate' },
  {
    wire: 'bedrock',
    provider: 'bedrock',
    config: { region: 'us-east-1' },
    credential: AWS,
    speaks: null,
  },
];

const CONVERSE: Pick<Upstream, 'whole' | 'stream'> = {
  whole: converseWhole,
  stream: converseStream,
};

const CONTEXT = { requestId: 'req_up', modelAsked: 'm-1', usageAsked: true, nowS: 7, request: {} };

/** Wires that no connection has in neutral terms, with the reason. */
export const MISSING: string[] = [];

export const UPSTREAMS: readonly Upstream[] = ROWS.flatMap((row) => {
  const connected = PROVIDERS[row.provider].connect({
    baseUrl: 'https://provider.example/v1',
    config: row.config ?? {},
    credential: row.credential ?? 'credential',
  });
  if (!connected.ok) {
    MISSING.push(`${row.wire}: ${connected.failure.internal ?? connected.failure.message}`);
    return [];
  }
  const { chat } = connected.value;
  if (!chat) {
    MISSING.push(`${row.wire}: the connection has no chat in neutral terms`);
    return [];
  }
  const connection = { ...connected.value, dialects: new Set<never>() };
  const { wire, provider } = row;
  const said = row.speaks === null ? CONVERSE : sayingAs(CHAT_CODECS[row.speaks]);
  return [{ wire, provider, connection, chat, ...said }];
});

/** The vendor's own shape, as the dialect of its clients writes it. */
function sayingAs(codec: ChatCodec): Pick<Upstream, 'whole' | 'stream'> {
  return {
    whole: (answer) => Buffer.from(codec.encodeAnswer(answer, CONTEXT)),
    stream: (answer) => {
      const frames: Uint8Array[] = [];
      const encoder = codec.streamEncoder(CONTEXT, (bytes) => frames.push(bytes));
      unfoldAnswer(answer, (event) => encoder.push(event));
      return Buffer.concat([...frames, encoder.tail]);
    },
  };
}
