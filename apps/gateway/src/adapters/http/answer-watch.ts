/** An answer that is under way. */
export interface Watched {
  /** Shows a client that the connection lives. */
  heartbeat(): void;
  /** Whether bytes wait for the client to take them. */
  isBlocked(): boolean;
  giveUp(): void;
}

export interface AnswerWatchOptions {
  /** Silence after which a stream gets a heartbeat, milliseconds. */
  readonly heartbeatMs: number;
  /** How long a client may take nothing of what waits for it, milliseconds. */
  readonly blockedMs: number;
  /** How often to look; the two above are rounded up to it. */
  readonly sweepMs: number;
}

interface Notes {
  writtenAt: number;
  movedAt: number;
}

/** Looks after all answers under way with one timer: heartbeats for silent streams, an end for clients that do not read. */
export class AnswerWatch {
  private readonly answers = new Map<Watched, Notes>();
  private readonly timer: NodeJS.Timeout;
  /** Counts sweeps: a clock that costs nothing to read. */
  private turn = 0;

  constructor(private readonly options: AnswerWatchOptions) {
    this.timer = setInterval(() => this.sweep(), options.sweepMs).unref();
  }

  add(answer: Watched): void {
    if (!this.answers.has(answer)) {
      this.answers.set(answer, { writtenAt: this.turn, movedAt: this.turn });
    }
  }

  noteWrite(answer: Watched): void {
    const notes = this.answers.get(answer);
    if (notes) notes.writtenAt = this.turn;
  }

  forget(answer: Watched): void {
    this.answers.delete(answer);
  }

  stop(): void {
    clearInterval(this.timer);
    this.answers.clear();
  }

  private sweep(): void {
    this.turn++;
    const silentTurns = Math.ceil(this.options.heartbeatMs / this.options.sweepMs);
    const blockedTurns = Math.ceil(this.options.blockedMs / this.options.sweepMs);
    for (const [answer, notes] of this.answers) {
      if (!answer.isBlocked()) notes.movedAt = this.turn;
      if (this.turn - notes.movedAt >= blockedTurns) answer.giveUp();
      else if (this.turn - notes.writtenAt >= silentTurns) {
        notes.writtenAt = this.turn;
        answer.heartbeat();
      }
    }
  }
}
