import type { Failure } from '@tollgate/contracts';
import type { CallListener } from '../src/index.ts';
import { until } from './until.ts';

/** Keeps what it hears. */
export class RecordingListener implements CallListener {
  readonly events: string[] = [];
  readonly chunks: Buffer[] = [];
  heads: unknown[] = [];
  ends: unknown[] = [];
  failures: Failure[] = [];

  onHead(head: unknown): void {
    this.events.push('head');
    this.heads.push(head);
  }

  onData(bytes: Uint8Array): void {
    this.events.push('data');
    this.chunks.push(Buffer.from(bytes));
  }

  onEnd(end: unknown): void {
    this.events.push('end');
    this.ends.push(end);
  }

  onFailure(failure: Failure): void {
    this.events.push(`failure ${failure.code}`);
    this.failures.push(failure);
  }

  bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }

  isOver(): boolean {
    return this.ends.length + this.failures.length > 0;
  }

  async over(withinMs?: number): Promise<void> {
    await until('the end of the call', () => this.isOver(), withinMs);
  }
}
