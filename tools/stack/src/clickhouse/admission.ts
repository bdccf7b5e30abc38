import { tooBusy } from './request-body.ts';

/** A place among the running queries; `release` gives it back and may be called twice. */
export interface Place {
  release(): void;
}

/**
 * Bounds the queries that run and those that wait for their turn, first come, first served.
 * When both are full a query is refused with code 202.
 */
export class Admission {
  readonly #maxRunning: number;
  readonly #maxWaiting: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(maxRunning: number, maxWaiting: number) {
    this.#maxRunning = maxRunning;
    this.#maxWaiting = maxWaiting;
  }

  async enter(): Promise<Place> {
    if (this.#running < this.#maxRunning) this.#running += 1;
    else {
      if (this.#waiting.length >= this.#maxWaiting) {
        throw tooBusy(
          `Too many simultaneous queries. Maximum: ${this.#maxRunning} running, ${this.#maxWaiting} waiting`,
        );
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    let isHeld = true;
    return {
      release: () => {
        if (isHeld) this.#leave();
        isHeld = false;
      },
    };
  }

  #leave(): void {
    // The place passes on to the next in line, if there is one.
    const next = this.#waiting.shift();
    if (next) next();
    else this.#running -= 1;
  }
}
