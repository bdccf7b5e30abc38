import type { ConnectionParts } from '../provider.ts';

/** The only version that Anthropic has given out since (docs.anthropic.com/en/api/versioning, 2026-11). */
const VERSION = '2023-06-01';
const NAMES = /^[\w.,: -]{1,1024}$/;

/** What a connection sends with every request, but for what the client's own headers say. */
export interface HeaderParts {
  readonly credential: string | null;
  /** Beta features that the operator turned on (`config.betas`). */
  readonly betas: readonly string[];
  /** Default `x-api-key`. */
  readonly keyHeader?: 'x-api-key' | 'api-key';
}

export function readHeaderParts({ credential, config }: ConnectionParts): HeaderParts {
  const betas = Array.isArray(config.betas) ? config.betas : [];
  return { credential, betas: betas.filter(isName) };
}

/**
 * Names and values in turn.
 * @param client the client's own headers, names in lower case: its version and its beta features go on
 */
export function headersFor(
  { credential, betas, keyHeader = 'x-api-key' }: HeaderParts,
  client: Readonly<Record<string, string>> = {},
): string[] {
  const version = client['anthropic-version'];
  const features = betaFeatures(betas, client);
  return [
    'content-type',
    'application/json',
    'accept-encoding',
    'identity',
    'anthropic-version',
    isName(version) ? version : VERSION,
    ...(credential === null || credential === '' ? [] : [keyHeader, credential]),
    ...(features.length > 0 ? ['anthropic-beta', features.join(',')] : []),
  ];
}

/** Those that the operator turned on, and those that the client asks for in its headers; each once. */
export function betaFeatures(
  betas: readonly string[],
  client: Readonly<Record<string, string>> = {},
): readonly string[] {
  const asked = client['anthropic-beta'];
  const names = isName(asked) ? asked.split(',').map((name) => name.trim()) : [];
  return [...new Set([...betas, ...names])].filter((name) => name !== '');
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && NAMES.test(value);
}
