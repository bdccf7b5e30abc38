/** A server of the embedded stack. */
export type StackPart = 'nats' | 'postgres' | 'clickhouse';

export const stackParts: readonly StackPart[] = ['nats', 'postgres', 'clickhouse'];

/** URLs of servers that are used instead of starting one. */
export interface ExternalServers {
  readonly natsUrl?: string;
  readonly postgresUrl?: string;
  readonly clickhouseUrl?: string;
}

export interface StackOptions {
  /** Data folder, for instance `.tollgate`; one live stack a folder. */
  readonly home: string;
  readonly external?: ExternalServers;
  /** Preferred ports; 0 asks for any free one, and a busy one is replaced by a free one. */
  readonly ports?: Partial<Record<StackPart, number>>;
  /** Start these alone; the URLs of the others are empty unless they are external. */
  readonly only?: readonly StackPart[];
  /** Progress and the servers' own warnings, one line at a time. Silent by default. */
  readonly log?: (line: string) => void;
  /** A part ended although nobody asked it to. `code` is null when a signal ended it. */
  readonly onExit?: (part: StackPart, code: number | null) => void;
}

/** A running stack. URLs carry the credentials; an empty one was not asked for. */
export interface Stack {
  readonly natsUrl: string;
  readonly postgresUrl: string;
  readonly clickhouseUrl: string;
  /** Process ids of the parts that this stack started and that are alive. */
  readonly pids: Readonly<Partial<Record<StackPart, number>>>;
  /** Stops the part if it still runs and starts it again on the same port and data. */
  restart(part: StackPart): Promise<void>;
  /** Sends a signal to one part; `onExit` follows if it dies of it. */
  kill(part: StackPart, signal: NodeJS.Signals): void;
  /** Stops every part that this stack started. Idempotent. */
  stop(): Promise<void>;
}
