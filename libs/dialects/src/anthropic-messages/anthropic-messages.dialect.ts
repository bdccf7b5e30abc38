import { type Failure, type Result, succeed } from '@tollgate/contracts';
import type { Dialect, ParsedRequest } from '../dialect.ts';
import { readObject } from '../json/read-object.ts';
import { readProfile } from './read-profile.ts';
import { renderFailure, renderStreamFailure } from './render-failure.ts';
import { countTokensRequestSchema, failureSchema, requestSchema } from './schema.ts';

/** Anthropic's messages. Fields that Tollgate does not know pass through as they are. */
export const anthropicMessages: Dialect = {
  name: 'anthropic-messages',
  requestSchema,
  failureSchema,
  parse: (bytes) => parse(bytes, 'chat'),
  renderFailure,
  renderStreamFailure,
  heartbeat: 'event: ping\ndata: {"type":"ping"}\n\n',
};

/** Anthropic's counting of a prompt's tokens: nothing is generated. */
export const anthropicCountTokens: Dialect = {
  ...anthropicMessages,
  name: 'anthropic-count-tokens',
  requestSchema: countTokensRequestSchema,
  parse: (bytes) => parse(bytes, 'count_tokens'),
};

function parse(
  bytes: Uint8Array,
  operation: 'chat' | 'count_tokens',
): Result<ParsedRequest, Failure> {
  const read = readObject(bytes);
  if (!read.ok) return read;
  const profile = readProfile(read.value.fields, bytes.length, operation);
  return profile.ok ? succeed({ profile: profile.value, body: bytes }) : profile;
}
