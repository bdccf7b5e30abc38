import type { Dialect } from '@tollgate/contracts';
import type { ChatCodec } from './chat-codec.ts';

/** Carries a dialect's counting of tokens over to the neutral model and back. Pure. */
export interface CountTokensCodec {
  readonly dialect: Dialect;
  /** Reads what is to be counted. */
  readonly prompt: ChatCodec;
  /** The whole body. */
  encodeCount(tokens: number): Uint8Array;
}
