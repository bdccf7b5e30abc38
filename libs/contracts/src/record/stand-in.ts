interface Searchable {
  includes(text: string): boolean;
}

/** No text within a record can look like these: its quotes would be escaped. */
const BY_GATEWAY = '"recordedBy":"gateway"';
const BY_A_GUESS = '"usageSource":"estimated"';

/**
 * Whether records in a message are a gateway's guess at what calls used whose adapter it had lost. The adapter may be alive
 * and have recorded the same calls, as measured: that record is to be booked and stored before.
 * @param message lines of JSON as our encoders write it; `lines` is asked only where a gateway wrote one of them
 */
export function holdsStandIn(message: {
  readonly bytes: Searchable;
  readonly lines: readonly Searchable[];
}): boolean {
  if (!message.bytes.includes(BY_GATEWAY)) return false;
  return message.lines.some((line) => line.includes(BY_GATEWAY) && line.includes(BY_A_GUESS));
}
