/** Events of one subject that travel as one message: a line of JSON each. */
export interface Batch {
  /** Names the batch for good, so that the server knows it again. */
  readonly id: string;
  readonly subject: string;
  readonly payload: Buffer;
}

/** The most that a batch holds. */
export const BATCH_BYTES = 512 * 1024;

/** The longest event; NATS takes 1 MiB for a message, headers included. */
export const LINE_BYTES = 960 * 1024;

/** Set on a message whose events may stand in the stream already, in another message. */
export const REPLAY_HEADER = 'Tollgate-Replay';
