const HEX_CHARS = 48;
const POOL_BYTES = 4_800;

/**
 * Makes W3C trace contexts of random ids, sampled.
 * @param fillRandom fills the array with random bytes
 */
export function createTraceparents(fillRandom: (bytes: Uint8Array) => void): () => string {
  const bytes = new Uint8Array(POOL_BYTES);
  let pool = '';
  let used = 0;
  return () => {
    if (used + HEX_CHARS > pool.length) {
      fillRandom(bytes);
      pool = Buffer.from(bytes).toString('hex');
      used = 0;
    }
    const traceId = pool.slice(used, used + 32);
    const spanId = pool.slice(used + 32, used + HEX_CHARS);
    used += HEX_CHARS;
    return `00-${traceId}-${spanId}-01`;
  };
}
