import { fail, failure, type Failure, type Result, succeed } from '@tollgate/contracts';
import { parseBaseUrl } from '../connection-parts.ts';
import { isRecord } from '../json/json-value.ts';
import type { ConnectionParts, Signing } from '../provider.ts';

/** Where and as whom Google's models are asked: AI Studio, or Vertex with a project and a location. */
export interface GoogleEndpoint {
  readonly origin: string;
  readonly isVertex: boolean;
  readonly headers: string[];
  readonly signing: Signing | null;
  /** @param method with its query, e.g. `generateContent` */
  pathOf(model: string, method: string): string;
  /** @param path below the project and its location, of Vertex alone */
  placePath(path: string): string;
  readonly modelsPath: string;
}

export const AI_STUDIO = 'https://generativelanguage.googleapis.com';

/** Where Google listens by the connection's config; null when the location is no location. */
export function googleBaseUrl(config: Readonly<Record<string, unknown>>): string | null {
  const { vertex } = config;
  if (!isRecord(vertex)) return AI_STUDIO;
  const { location = 'global' } = vertex;
  if (typeof location !== 'string' || !NAME.test(location)) return null;
  if (location === 'global') return 'https://aiplatform.googleapis.com';
  // Locations that span a continent have hosts of their own (@google/genai 3.1, 2026-11).
  if (location === 'us' || location === 'eu')
    return `https://aiplatform.${location}.rep.googleapis.com`;
  return `https://${location}-aiplatform.googleapis.com`;
}

export function connectEndpoint(parts: ConnectionParts): Result<GoogleEndpoint, Failure> {
  const { baseUrl, config, credential } = parts;
  const url = parseBaseUrl(baseUrl);
  if (!url) return misconfigured('the base URL is not an http(s) URL');
  const basePath = url.pathname.replace(/\/+$/, '');
  const { vertex } = config;
  if (isRecord(vertex)) return connectVertex(url.origin, basePath, vertex, credential);
  if (!credential) return misconfigured('no credential');
  if (!HEADER_VALUE.test(credential))
    return misconfigured('the credential cannot stand in a header');
  const root = versioned(basePath, 'v1beta');
  return succeed({
    origin: url.origin,
    isVertex: false,
    headers: [...HEADERS, 'x-goog-api-key', credential],
    signing: null,
    pathOf: (model, method) => `${root}/${studioName(model)}:${method}`,
    placePath: (path) => `${root}/${path}`,
    modelsPath: `${root}/models?pageSize=1000`,
  });
}

const NAME = /^[a-z0-9-]{1,63}$/;
/** Ids may have a domain before a colon. */
const PROJECT = /^[a-z0-9.:-]{1,128}$/;
/** Printable ASCII without spaces, as keys are. */
const HEADER_VALUE = /^[\x21-\x7e]{1,8192}$/;
const HEADERS = ['content-type', 'application/json', 'accept-encoding', 'identity'];

/**
 * A service account's JSON, or none for the machine's own identity, is signed with; anything else is an API key. Without
 * a project an API key is in express mode (cloud.google.com/vertex-ai/generative-ai/docs/start/express-mode, 2026-11).
 */
function connectVertex(
  origin: string,
  basePath: string,
  vertex: Readonly<Record<string, unknown>>,
  credential: string | null,
): Result<GoogleEndpoint, Failure> {
  const { project, location = 'global' } = vertex;
  const isAccount = !credential || credential.trimStart().startsWith('{');
  const isExpress = project === undefined && !isAccount;
  if (!isExpress && !(typeof project === 'string' && PROJECT.test(project)))
    return misconfigured('config.vertex.project is missing or no project id');
  if (typeof location !== 'string' || !NAME.test(location))
    return misconfigured('config.vertex.location is no location');
  if (!isAccount && !HEADER_VALUE.test(credential))
    return misconfigured('the credential cannot stand in a header');
  const root = versioned(basePath, 'v1');
  const place = isExpress ? root : `${root}/projects/${project}/locations/${location}`;
  return succeed({
    origin,
    isVertex: true,
    headers: isAccount ? HEADERS : [...HEADERS, 'x-goog-api-key', credential],
    signing: isAccount ? { kind: 'google', serviceAccount: credential || null } : null,
    pathOf: (model, method) => `${place}/${vertexName(model)}:${method}`,
    placePath: (path) => `${place}/${path}`,
    modelsPath: `${basePath.replace(/\/v1(beta1)?$/, '')}/v1beta1/publishers/google/models?pageSize=100`,
  });
}

/** Operators may name the version in the base URL themselves. */
function versioned(basePath: string, version: string): string {
  return /\/v\d+(beta\d*|alpha\d*)?$/.test(basePath) ? basePath : `${basePath}/${version}`;
}

function studioName(model: string): string {
  return /^(models|tunedModels)\//.test(model) ? encodePath(model) : `models/${encodePath(model)}`;
}

/** Models of other publishers, and tuned ones behind an endpoint, by their resource name. */
function vertexName(model: string): string {
  if (/^(publishers\/[^/]+\/models|endpoints)\/[^/]+$/.test(model)) return encodePath(model);
  return `publishers/google/models/${encodePath(model.replace(/^models\//, ''))}`;
}

function encodePath(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/');
}

function misconfigured(internal: string): Result<never, Failure> {
  return fail(failure('provider.misconfigured', { internal }));
}
