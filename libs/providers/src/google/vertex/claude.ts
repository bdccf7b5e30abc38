import { fail, failure, succeed } from '@tollgate/contracts';
import { chatWire } from '../../anthropic/chat-wire.ts';
import { decodeCount, decodeResponse } from '../../anthropic/decode-response.ts';
import { decodeFailure } from '../../anthropic/decode-failure.ts';
import { encodeHosted, namesMediaByUrl } from '../../anthropic/encode-hosted.ts';
import { betaFeatures } from '../../anthropic/headers.ts';
import { MESSAGES_DIALECTS } from '../../anthropic/messages-connection.ts';
import { AnthropicStreamDecoder } from '../../anthropic/stream-decoder.ts';
import type { ChatWire } from '../../chat-wire.ts';
import { countTokensWire, pick } from '../../count-tokens-wire.ts';
import { JsonEdits } from '../../json/json-edits.ts';
import type { ProviderConnection } from '../../provider.ts';
import type { GoogleEndpoint } from '../endpoint.ts';
import { vertexFailure } from './failure.ts';

const VERSION = 'vertex-2023-10-16';
/** Stands where a model's name would. */
const COUNTING = 'count-tokens';
const COUNTED = ['messages', 'system', 'tools', 'tool_choice', 'thinking'] as const;

/**
 * Anthropic's models as Vertex serves them, on Anthropic's wire: the path names the model, the body the version
 * (platform.claude.com/docs/en/build-with-claude/claude-on-vertex-ai, 2026-11).
 * @param betas beta features that the operator turned on
 */
export function vertexClaude(
  endpoint: GoogleEndpoint,
  credential: string | null,
  betas: readonly string[],
): ProviderConnection {
  const { origin, signing } = endpoint;
  const headersFor = (client?: Readonly<Record<string, string>>): string[] => {
    const features = betaFeatures(betas, client);
    return features.length === 0
      ? endpoint.headers
      : [...endpoint.headers, 'anthropic-beta', features.join(',')];
  };
  const chat = claudeWire(endpoint, headersFor(), credential);
  const countingPath = endpoint.pathOf(nameOf(COUNTING), 'rawPredict');
  return {
    origin,
    dialects: MESSAGES_DIALECTS,
    passes: ({ body }) => !namesMediaByUrl(body),
    chat,
    countTokens: countTokensWire(chat, {
      pathFrom: () => countingPath,
      bodyFrom: (body, model) => ({
        ...pick(body, COUNTED),
        model,
        anthropic_version: VERSION,
      }),
      field: 'input_tokens',
    }),
    signing,
    encodeRequest: (request, model) => {
      const isCount = request.operation === 'count_tokens';
      const without = isCount ? [] : (['model'] as const);
      const body = encodeHosted(request, model, { version: VERSION, without, betas: [] });
      if (!body) return fail(failure('request.validation_error'));
      return succeed({
        path: isCount ? countingPath : pathOf(endpoint, model, request.stream),
        headers: headersFor(request.clientHeaders),
        body,
        droppedParams: [],
      });
    },
    decodeResponse: ({ operation }, body) =>
      operation === 'count_tokens'
        ? decodeCount(body, credential)
        : decodeResponse(body, credential),
    streamDecoder: (_request, emit) => new AnthropicStreamDecoder(credential, emit),
    decodeFailure: vertexFailure(credential, decodeFailure),
    modelList: null,
  };
}

/** The same in neutral terms. */
function claudeWire(
  endpoint: GoogleEndpoint,
  headers: string[],
  credential: string | null,
): ChatWire {
  const own = chatWire({ path: '', headers, credential, readsNoUrls: true });
  return {
    ...own,
    encodeRequest: (request) => {
      const { model, stream } = request;
      const encoded = own.encodeRequest(request);
      if (!encoded.ok) return encoded;
      const edits = JsonEdits.of(encoded.value.body);
      const named = edits?.find('model');
      if (!edits || !named) return fail(failure('request.validation_error'));
      edits.remove(named);
      edits.set('anthropic_version', JSON.stringify(VERSION));
      const path = pathOf(endpoint, model, stream);
      return succeed({ ...encoded.value, path, body: edits.apply() });
    },
  };
}

function pathOf(endpoint: GoogleEndpoint, model: string, stream: boolean): string {
  return endpoint.pathOf(nameOf(model), stream ? 'streamRawPredict' : 'rawPredict');
}

function nameOf(model: string): string {
  return `publishers/anthropic/models/${model}`;
}
