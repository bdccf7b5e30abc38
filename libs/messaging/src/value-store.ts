/** Names a value. Each part is one token of a subject: letters, digits, `_` and `-`. */
export interface ValueKey {
  /** Whose it is: bounds hold for each owner. */
  readonly owner: string;
  /** Within the owner: a value is found under its own group alone. */
  readonly group: string;
  readonly id: string;
}

/**
 * Keeps small values for a while: 7 days, and no longer than there is room. Where an owner's room, or all of it, is taken, the
 * oldest values go. Safe over any number of processes.
 */
export interface ValueStore {
  /** Replaces what stood there. Answers false for a value of more than 512 KiB. Throws `ValuesUnavailableError`. */
  put(key: ValueKey, value: Uint8Array): Promise<boolean>;
  /** Null when there is none, or none any more. Throws `ValuesUnavailableError`. */
  get(key: ValueKey): Promise<Buffer | null>;
  /** Harmless where there is none. Throws `ValuesUnavailableError`. */
  delete(key: ValueKey): Promise<void>;
}

/** JetStream cannot be reached, or did not answer in time. */
export class ValuesUnavailableError extends Error {
  constructor(text: string, options?: ErrorOptions) {
    super(text, options);
    this.name = 'ValuesUnavailableError';
  }
}

/** Injection token of the store. */
export const VALUE_STORE = Symbol('tollgate.value-store');
