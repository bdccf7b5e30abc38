import { fail, failure, type Failure, type Result, succeed } from '@tollgate/contracts';
import { readHeaderParts } from '../anthropic/headers.ts';
import { parseBaseUrl } from '../connection-parts.ts';
import { isRecord, parseJson } from '../json/json-value.ts';
import type { AwsCredentials, ConnectionParts, Signing } from '../provider.ts';
import type { ConverseDefaults } from './encode-request.ts';
import { textOf, type WireObject } from './wire.ts';

export interface BedrockConnection {
  readonly url: URL;
  readonly basePath: string;
  /** Null with an API key. */
  readonly signing: Signing | null;
  /** A Bedrock API key, which goes into a header. */
  readonly apiKey: string | null;
  readonly defaults: ConverseDefaults;
  /** Beta features of Anthropic's that the operator turned on (`config.betas`). */
  readonly betas: readonly string[];
  /** `performanceConfig.latency`, as InvokeModel's header has it; null where none is configured. */
  readonly latency: string | null;
}

/**
 * Reads what a connection says about itself. The credential is JSON `{ accessKeyId, secretAccessKey, sessionToken }`, a
 * Bedrock API key, or none for the machine's own role; `config.assumeRole` and `config.webIdentity` say how to come by another.
 */
export function readBedrockConnection(parts: ConnectionParts): Result<BedrockConnection, Failure> {
  const { config, credential } = parts;
  const url = parseBaseUrl(parts.baseUrl);
  if (!url) return misconfigured('the base URL is not an http(s) URL');
  const shared = {
    url,
    basePath: url.pathname.replace(/\/+$/, ''),
    defaults: readDefaults(config),
    betas: readHeaderParts(parts).betas,
    latency: readLatency(config),
  };
  const isKey = credential !== null && credential !== '' && !credential.trimStart().startsWith('{');
  if (isKey) {
    if (!HEADER_VALUE.test(credential))
      return misconfigured('the credential cannot stand in a header');
    return succeed({ ...shared, signing: null, apiKey: credential });
  }
  const region = textOf(config.region) ?? HOST_REGION.exec(url.hostname)?.[1];
  if (region === undefined || !REGION.test(region)) return misconfigured('no region');
  const credentials = readCredentials(parts);
  if (!credentials.ok) return credentials;
  const signing: Signing = {
    kind: 'aws',
    region,
    service: 'bedrock',
    credentials: credentials.value,
  };
  return succeed({ ...shared, signing, apiKey: null });
}

function readCredentials({ config, credential }: ConnectionParts): Result<AwsCredentials, Failure> {
  const source = credential ? readStatic(credential) : succeed<AwsCredentials>({ kind: 'machine' });
  if (!source.ok) return source;
  const { webIdentity, assumeRole } = config;
  if (isRecord(webIdentity)) {
    const [roleArn, tokenFile] = [textOf(webIdentity.roleArn), textOf(webIdentity.tokenFile)];
    if (!roleArn || !tokenFile) return misconfigured('webIdentity wants roleArn and tokenFile');
    return succeed({ kind: 'web-identity', roleArn, tokenFile });
  }
  if (!isRecord(assumeRole)) return source;
  const [roleArn, externalId] = [textOf(assumeRole.roleArn), textOf(assumeRole.externalId)];
  if (!roleArn) return misconfigured('assumeRole wants roleArn');
  return succeed({
    kind: 'assume-role',
    roleArn,
    source: source.value,
    ...(externalId === undefined ? {} : { externalId }),
  });
}

function readStatic(credential: string): Result<AwsCredentials, Failure> {
  const parsed = parseJson(credential);
  const fields: WireObject = isRecord(parsed) ? parsed : {};
  const { accessKeyId, secretAccessKey, sessionToken } = fields;
  const isComplete =
    typeof accessKeyId === 'string' &&
    KEY_ID.test(accessKeyId) &&
    typeof secretAccessKey === 'string' &&
    secretAccessKey !== '';
  if (!isComplete) return misconfigured('the credential has no accessKeyId and secretAccessKey');
  const token = textOf(sessionToken);
  if (token !== undefined && !HEADER_VALUE.test(token))
    return misconfigured('the session token cannot stand in a header');
  return succeed({
    kind: 'static',
    accessKeyId,
    secretAccessKey,
    ...(token ? { sessionToken: token } : {}),
  });
}

function readDefaults({
  guardrail,
  guardrailConfig,
  performanceConfig,
}: WireObject): ConverseDefaults {
  const guard = guardrailConfig ?? guardrail;
  return {
    ...(isRecord(guard) ? { guardrailConfig: guard } : {}),
    ...(isRecord(performanceConfig) ? { performanceConfig } : {}),
  };
}

function readLatency({ performanceConfig }: WireObject): string | null {
  const latency = isRecord(performanceConfig) ? textOf(performanceConfig.latency) : undefined;
  return latency !== undefined && LATENCY.test(latency) ? latency : null;
}

const LATENCY = /^[a-z]{1,32}$/;
const REGION = /^[a-z0-9-]{1,32}$/;
const KEY_ID = /^[\w]{1,128}$/;
/** Printable ASCII without spaces. */
const HEADER_VALUE = /^[\x21-\x7e]{1,8192}$/;
const HOST_REGION = /^bedrock-runtime(?:-fips)?\.([a-z0-9-]+)\./;

function misconfigured(internal: string): { readonly ok: false; readonly failure: Failure } {
  return fail(failure('provider.misconfigured', { internal }));
}
