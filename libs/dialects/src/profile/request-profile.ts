import type { Capability, Operation, ProfileClass, ResponseProfile } from '@tollgate/contracts';
import type { HostedToolCalls } from './hosted-tools.ts';

/** What a request needs, read off its body. */
export interface RequestProfile {
  readonly operation: Operation;
  /** As the caller wrote it; null when it named none. */
  readonly modelAsked: string | null;
  /** Beyond text, in a fixed order. */
  readonly capabilities: readonly Capability[];
  /** `capabilities` as bits, for keys of caches. */
  readonly capabilityBits: number;
  readonly responseProfile: ResponseProfile | null;
  readonly stream: boolean;
  /** The caller wants the usage chunk at the end of the stream. */
  readonly usageAsked: boolean;
  readonly inputTokensEstimate: number;
  /** The request has no more input tokens than this, whatever the model. */
  readonly inputTokensBound: number;
  /** The cap on the output of one choice, tokens; null when the caller named none, 0 where an operation has none. */
  readonly outputCap: number | null;
  /** How many answers were asked for (`n`). */
  readonly choices: number;
  /** The most that one answer may have where no cap can be sent to a provider, tokens; null where a cap bounds it. */
  readonly outputBound: number | null;
  /** How often a provider may run tools of its own for the request; null: as often as it likes. */
  readonly hostedToolCalls: HostedToolCalls;
  /** The field that asks for a service dearer than the model's price; null where none does. */
  readonly surcharge: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly endUser: string | null;
}

const BITS = [
  'vision',
  'audio',
  'documents',
  'tools',
  'json_schema',
  'reasoning',
  'video',
  'embeddings',
  'images',
  'speech',
  'transcription',
  'moderation',
] as const;
export type NeededCapability = (typeof BITS)[number];

/** The bit of each capability that a request may need. */
export const CAPABILITY_BIT = {
  vision: 1,
  audio: 2,
  documents: 4,
  tools: 8,
  json_schema: 16,
  reasoning: 32,
  video: 64,
  embeddings: 128,
  images: 256,
  speech: 512,
  transcription: 1_024,
  moderation: 2_048,
} as const satisfies Record<NeededCapability, number>;

/** Few of the combinations ever occur: each is made when it is first asked for. */
const NAMED = new Map<number, readonly Capability[]>();

/** The same array for the same bits. */
export function capabilitiesOf(bits: number): readonly Capability[] {
  const known = NAMED.get(bits);
  if (known) return known;
  const named = Object.freeze(BITS.filter((name) => bits & CAPABILITY_BIT[name]));
  NAMED.set(bits, named);
  return named;
}

/** Requests below this size are one class. */
const SMALLEST_CLASS = 1_024;
/** Caps up to this are one class: every chat model gives that much. */
const SMALLEST_CAP = 1_024;

/** The class that a plan is made for: sizes by powers of two, so that plans are used again. */
export function profileClassOf(profile: RequestProfile, modelAsked: string | null): ProfileClass {
  return {
    operation: profile.operation,
    modelAsked,
    capabilities: [...profile.capabilities],
    profile: profile.responseProfile,
    inputTokensBelow: sizeClass(profile.inputTokensEstimate),
    outputCap: capClass(profile.outputCap),
  };
}

/** Names the class: equal for two profiles exactly when `profileClassOf` is. */
export function profileClassKey(profile: RequestProfile, modelAsked: string | null): string {
  const operation = profile.operation === 'chat' ? '' : `${profile.operation} `;
  return `${operation}${profile.capabilityBits} ${sizeClass(profile.inputTokensEstimate)} ${
    capClass(profile.outputCap) ?? ''
  } ${profile.responseProfile ?? ''} ${modelAsked === null ? '' : `=${modelAsked}`}`;
}

/** The smallest class above that many tokens. */
function sizeClass(tokens: number): number {
  if (tokens < SMALLEST_CLASS) return SMALLEST_CLASS;
  return 2 ** (Math.floor(Math.log2(tokens)) + 1);
}

function capClass(cap: number | null): number | null {
  return cap === null ? null : Math.max(cap, SMALLEST_CAP);
}
