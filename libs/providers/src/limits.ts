/** The largest answer that is taken whole. */
export const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** The largest single event of a stream. */
export const MAX_EVENT_BYTES = 10 * 1024 * 1024;

/** How much of a refusal's body is read. */
export const MAX_REFUSAL_BYTES = 64 * 1024;
