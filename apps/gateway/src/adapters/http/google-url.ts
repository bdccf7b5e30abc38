import type { RequestTarget } from '@tollgate/dialects';
import { MODEL_METHODS, type ModelMethod } from './endpoints.ts';

/** What the URL of one request says, where it says more than an endpoint's path. */
export interface UrlTarget {
  readonly target: RequestTarget;
  /** `{model}:{method}`, for the provider-adapter. */
  readonly text: string;
  /** Virtual keys in the query. Never logged. */
  readonly keys: readonly string[];
}

const METHODS: ReadonlyMap<string, ModelMethod> = new Map(
  MODEL_METHODS.map((one) => [one.method, one]),
);

/**
 * Reads what Google's clients put into a URL. Null when the method is none of the gateway's.
 * @param rest what follows `…/models/`, decoded; the model may hold slashes and colons
 * @param url with its query
 */
export function readGoogleUrl(
  rest: string,
  url: string,
): { readonly method: ModelMethod; readonly urlTarget: UrlTarget } | null {
  const colon = rest.lastIndexOf(':');
  const method = METHODS.get(rest.slice(colon + 1));
  if (colon < 1 || method === undefined) return null;
  const query = new URLSearchParams(queryOf(url));
  const streamFormat = method.isStream && query.get('alt') !== 'sse' ? 'json-array' : 'sse';
  const target = { model: rest.slice(0, colon), stream: method.isStream, streamFormat } as const;
  return { method, urlTarget: { target, text: rest, keys: query.getAll('key') } };
}

/** Virtual keys in the query of a URL. */
export function keysInUrl(url: string): readonly string[] {
  return new URLSearchParams(queryOf(url)).getAll('key');
}

function queryOf(url: string): string {
  const mark = url.indexOf('?');
  return mark < 0 ? '' : url.slice(mark + 1);
}
