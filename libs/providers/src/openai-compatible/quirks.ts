import type { ProviderSlug } from '@tollgate/contracts';
import { NO_OPERATIONS, type OperationQuirks } from '../openai-operations/operation-quirks.ts';
import type { ConnectionParts, Signing } from '../provider.ts';

/** Most vendors say in the body alone whether to stream. */
export type ChatPath = (model: string, stream: boolean) => string;

/** How one vendor differs from OpenAI's own wire. */
export interface Quirks {
  readonly slug: ProviderSlug;
  readonly defaultBaseUrl: string | null;
  /**
   * The path of chat completions for a model, query included.
   * @param basePath the path of the base URL, without a slash at its end
   */
  readonly chatPath: (basePath: string, config: ConnectionParts['config']) => ChatPath;
  /** The path of the older completions beside that of chat; null where the vendor has none, or answers in chat's shape. */
  readonly completionsPath: (chatPath: string) => string | null;
  /** The path of the list of models, query included; null where there is none that needs the credential. */
  readonly modelsPath: (basePath: string, config: ConnectionParts['config']) => string | null;
  /** The path of the responses API, query included; null where the connection has none. */
  readonly responsesPath: (basePath: string, config: ConnectionParts['config']) => string | null;
  /** How the credential is sent. */
  readonly authorization: 'bearer' | 'api-key';
  readonly credentialRequired: boolean;
  /** What the credential stands for where it is not itself sent; null where it is. */
  readonly signingOf: (parts: ConnectionParts) => Signing | null;
  /** The field that limits an answer's tokens, for every model of the vendor. */
  readonly outputCapField: 'max_tokens' | 'max_completion_tokens';
  /** Whether `stream_options` is known; where it is not, usage comes unasked, and the field is left out. */
  readonly takesStreamOptions: boolean;
  /** `completion_tokens` leaves reasoning out. */
  readonly reasoningIsApart: boolean;
  /** `usage.cost` is what the vendor charges, in USD. */
  readonly reportsCost: boolean;
  /** Beside `/responses` it counts a prompt's tokens. */
  readonly countsTokens: boolean;
  /** What it serves beside chat. */
  readonly operations: OperationQuirks;
}

/** What most of the family does; each vendor names its differences. */
export const OPENAI_LIKE = {
  chatPath: (basePath: string) => {
    const path = `${basePath}/chat/completions`;
    return () => path;
  },
  completionsPath: () => null,
  modelsPath: (basePath: string) => `${basePath}/models`,
  responsesPath: () => null,
  authorization: 'bearer',
  credentialRequired: true,
  signingOf: () => null,
  outputCapField: 'max_tokens',
  takesStreamOptions: true,
  reasoningIsApart: false,
  reportsCost: false,
  countsTokens: false,
  operations: NO_OPERATIONS,
} as const satisfies Omit<Quirks, 'slug' | 'defaultBaseUrl'>;

/** For vendors that serve the older completions beside chat. */
export const completionsPath: Quirks['completionsPath'] = (chatPath) =>
  chatPath.replace('/chat/completions', '/completions');

/** For vendors that serve the responses API beside chat completions. */
export const responsesPath: Quirks['responsesPath'] = (basePath) => `${basePath}/responses`;

/** For servers of which only the operator knows whether they serve the responses API. */
export const configuredResponsesPath: Quirks['responsesPath'] = (basePath, config) =>
  config.responses === true || config.api === 'responses' ? `${basePath}/responses` : null;
