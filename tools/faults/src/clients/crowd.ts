import { setTimeout as wait } from 'node:timers/promises';
import { type ClientCall, type SentEntry, send } from './send.ts';

/** Clients that are alike. */
export interface Role {
  readonly key: { readonly id: string; readonly text: string };
  readonly model: string;
  readonly stream: boolean;
  readonly maxTokens: number;
  readonly clients: number;
  /** Every so many requests the client goes away in the middle; 0: never. */
  readonly leavesEvery: number;
  /** Between two requests, milliseconds. */
  readonly pauseMs: number;
  /** After an answer like this a client sends nothing more. */
  readonly isLast?: (entry: SentEntry) => boolean;
}

export interface CrowdOptions {
  /** Sets the tags of this crowd apart from others. */
  readonly name: string;
  readonly roles: readonly Role[];
  /** Gateways, each asked in turn by each client. */
  readonly gateways: readonly string[];
  readonly urlOf: (gateway: string) => string;
}

export interface CrowdEntry extends SentEntry {
  readonly gateway: string;
}

const PAUSE_AFTER_FAILURE_MS = 100;

/** Clients that send one request after the other until they are told to stop, and note what they saw. */
export class Crowd {
  readonly entries: CrowdEntry[] = [];
  private readonly clients: readonly Promise<void>[];
  private readonly options: CrowdOptions;
  private isStopped = false;
  private sent = 0;

  constructor(options: CrowdOptions) {
    this.options = options;
    this.clients = options.roles.flatMap((role) =>
      Array.from({ length: role.clients }, (_, place) => this.client(role, place)),
    );
  }

  /** Whole answers from a gateway since a moment (`performance.now()`). */
  answersFrom(gateway: string, since: number): number {
    return this.entries.filter(
      (one) =>
        one.gateway === gateway && one.at >= since && one.status === 200 && one.end === 'finished',
    ).length;
  }

  /** Resolves when every client has what it waited for. */
  async stop(): Promise<readonly CrowdEntry[]> {
    this.isStopped = true;
    await Promise.all(this.clients);
    return this.entries;
  }

  /** Resolves when every client has got an answer after which it sends nothing more. */
  async ended(): Promise<void> {
    await Promise.all(this.clients);
  }

  private async client(role: Role, place: number): Promise<void> {
    const { gateways, urlOf, name } = this.options;
    for (let turn = 0; !this.isStopped; turn++) {
      const gateway = gateways[(place + turn) % gateways.length] ?? '';
      const call: ClientCall = {
        url: urlOf(gateway),
        key: role.key,
        model: role.model,
        stream: role.stream,
        maxTokens: role.maxTokens,
        tag: `${name}-${++this.sent}`,
        leaves: role.leavesEvery > 0 && turn % role.leavesEvery === role.leavesEvery - 1,
      };
      const entry = { ...(await send(call)), gateway };
      this.entries.push(entry);
      if (role.isLast?.(entry)) return;
      await wait(entry.status === 200 ? role.pauseMs : PAUSE_AFTER_FAILURE_MS);
    }
  }
}
