/** What an id names. Each prefix stands for one kind of thing, everywhere. */
export const ID_PREFIXES = {
  organization: 'org',
  project: 'prj',
  secret: 'sec',
  aiProvider: 'aip',
  route: 'rte',
  routeVersion: 'rtv',
  key: 'key',
  quota: 'quo',
  window: 'win',
  grant: 'grt',
  plan: 'pln',
  request: 'req',
  call: 'cal',
  instance: 'ins',
  batch: 'bat',
  webhook: 'whk',
  event: 'evt',
  delivery: 'dlv',
  credit: 'crd',
} as const;

export type IdKind = keyof typeof ID_PREFIXES;

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_CHARS = 10;
const RANDOM_CHARS = 16;

export interface IdSources {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Fills the array with random bytes. */
  readonly fillRandom: (bytes: Uint8Array) => void;
}

export type IdFactory = (kind: IdKind) => string;

const POOL_BYTES = 4096;

/**
 * Makes prefixed ids such as `req_01k9…`: ten characters of time, sixteen of randomness (80 bits),
 * in lower-case base 32. They sort by creation time and are safe as one token of a NATS subject.
 */
export function createIdFactory(sources: IdSources): IdFactory {
  const pool = new Uint8Array(POOL_BYTES);
  let used = POOL_BYTES;
  let lastMs = -1;
  let lastTime = '';

  return (kind) => {
    const ms = Math.floor(sources.now());
    if (ms !== lastMs) {
      lastMs = ms;
      lastTime = encodeTime(ms);
    }
    if (used + RANDOM_CHARS > POOL_BYTES) {
      sources.fillRandom(pool);
      used = 0;
    }
    let random = '';
    for (let i = 0; i < RANDOM_CHARS; i++) random += ALPHABET[(pool[used++] ?? 0) & 31];
    return `${ID_PREFIXES[kind]}_${lastTime}${random}`;
  };
}

function encodeTime(ms: number): string {
  let rest = ms;
  let text = '';
  for (let i = 0; i < TIME_CHARS; i++) {
    text = ALPHABET[rest % 32] + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

const ID = /^[a-z]{3}_[0-9a-z]{26}$/;

/** Whether the text is an id of that kind, and so safe in a subject. */
export function isId(kind: IdKind, text: string): boolean {
  return ID.test(text) && text.startsWith(`${ID_PREFIXES[kind]}_`);
}
