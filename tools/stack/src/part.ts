import type { Guardian } from './process/guardian.ts';
import type { ManagedProcess } from './process/managed-process.ts';

/** What a part of the stack is told when it is started. */
export interface PartContext {
  /** The stack's home, absolute. */
  readonly home: string;
  /** Preferred port; 0 for any. */
  readonly preferredPort: number;
  readonly password: string;
  readonly log: (line: string) => void;
  readonly guardian: Guardian;
}

/** A part that is prepared and running; `launch` runs it again on the same port and data. */
export interface RunningPart {
  readonly url: string;
  readonly process: ManagedProcess;
  readonly launch: () => Promise<ManagedProcess>;
  /** Ends what the server may have left running; called after it has stopped for good. */
  readonly clear?: () => Promise<void>;
}
