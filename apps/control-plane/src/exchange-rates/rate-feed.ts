import { guardedConnector, guardedGet, readUrl, type AddressPolicy } from '@tollgate/outbound';
import type { Logger } from '@tollgate/telemetry';
import type { DataSource } from 'typeorm';
import type { ConfigChanges } from '../config-publishing/config-changes.ts';
import { type RatesReading, readExchangeRates } from '../domain/read-exchange-rates.ts';
import { type CheckOutcome, claimCheck, noteCheck } from './rate-feed-state.ts';
import { takeFedRates } from './take-fed-rates.ts';

export interface RateFeedOptions {
  readonly dataSource: DataSource;
  readonly changes: Pick<ConfigChanges, 'run' | 'outbound'>;
  readonly log: Logger;
  readonly url: string;
  /** Between two checks that went well, milliseconds. */
  readonly everyMs: number;
}

/** How often it is looked whether a check is due. */
const LOOK_MS = 30_000;
/** After a check that was of no use the next one comes sooner. */
const RETRY_MS = 15 * 60_000;
const CONNECT_MS = 5_000;
const CHECK_MS = 20_000;
const MAX_BYTES = 1_048_576;
const MOST_REDIRECTS = 3;
const HEADERS = {
  accept: 'application/json, application/xml, text/csv',
  'accept-encoding': 'identity',
  'user-agent': 'tollgate',
};

/**
 * Keeps exchange rates up to date from a URL, over the guarded client. What cannot be used changes nothing: the last good
 * rates stay, and how old they are is shown.
 */
export class RateFeed {
  /** Without what may hold a secret. */
  readonly shownUrl: string;
  private readonly aborter = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private checking: Promise<void> | undefined;

  constructor(private readonly options: RateFeedOptions) {
    const { origin, pathname } = new URL(options.url);
    this.shownUrl = `${origin}${pathname}`;
  }

  start(): void {
    this.look();
    this.timer = setInterval(() => this.look(), Math.min(LOOK_MS, this.options.everyMs)).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.aborter.abort();
    await this.checking;
  }

  private look(): void {
    const { log } = this.options;
    this.checking ??= this.checkWhenDue()
      .catch((error: unknown) => log.warn({ err: error }, 'exchange rates could not be checked'))
      .finally(() => {
        this.checking = undefined;
      });
  }

  private async checkWhenDue(): Promise<void> {
    const { dataSource, log } = this.options;
    if (!(await claimCheck(dataSource, this.shownUrl, 2 * CHECK_MS))) return;
    const outcome = await this.check();
    if (this.aborter.signal.aborted) return;
    if (outcome.problem !== null) {
      const { problem } = outcome;
      log.warn(
        { url: this.shownUrl, problem },
        'the feed of exchange rates is of no use, or in part',
      );
    }
    await noteCheck(dataSource, outcome);
  }

  private async check(): Promise<CheckOutcome> {
    const { changes, everyMs } = this.options;
    const reading = await this.fetch(changes.outbound);
    if (!reading.ok) {
      const { problem } = reading;
      return { isUsable: false, problem, nextMs: Math.min(RETRY_MS, everyMs) };
    }
    const disbelieved = await changes.run((change) => takeFedRates(change, reading.rates));
    const problem =
      disbelieved.length === 0
        ? null
        : `not believed, for they doubled or halved: ${disbelieved.join(', ')}`;
    return { isUsable: true, problem, nextMs: everyMs };
  }

  private async fetch(policy: AddressPolicy): Promise<RatesReading> {
    const answer = await guardedGet(this.options.url, (text) => readUrl(text, policy), {
      connect: guardedConnector({ policy, timeoutMs: CONNECT_MS }),
      headers: HEADERS,
      maxBytes: MAX_BYTES,
      maxRedirects: MOST_REDIRECTS,
      idleMs: CHECK_MS,
      signal: AbortSignal.any([this.aborter.signal, AbortSignal.timeout(CHECK_MS)]),
    });
    if (!answer.ok) return { ok: false, problem: `it could not be fetched: ${answer.refusal}` };
    return readExchangeRates(answer.body.toString('utf8'));
  }
}
