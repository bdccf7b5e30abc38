import { fail, failure, type Failure, type Result, succeed } from '@tollgate/contracts';
import type { FetchedMedia, FetchedMediaMap } from '@tollgate/neutral';
import { mediaTypeOf } from '../domain/media-type.ts';
import type { MediaAnswer, MediaSource } from './ports.ts';

export interface MediaLimits {
  readonly urlsPerCall: number;
  readonly bytesPerUrl: number;
  readonly bytesPerCall: number;
  readonly atOncePerCall: number;
  /** Milliseconds for one URL, redirects included. */
  readonly urlMs: number;
  /** Calls of this process that fetch at the same time; the others wait. */
  readonly callsAtOnce: number;
  readonly callsWaiting: number;
}

export const MEDIA_LIMITS: MediaLimits = {
  urlsPerCall: 32,
  bytesPerUrl: 20 * 1024 * 1024,
  bytesPerCall: 32 * 1024 * 1024,
  atOncePerCall: 4,
  urlMs: 15_000,
  callsAtOnce: 32,
  callsWaiting: 512,
};

type Refusal =
  | Extract<MediaAnswer, { readonly ok: false }>['refusal']
  | 'too_large_together'
  | 'no_media';

const REASONS: Readonly<Record<Refusal, string>> = {
  forbidden: 'it is no http or https URL, or its address may not be called',
  too_many_redirects: 'it redirects too often',
  refused: 'its server did not answer with the file',
  too_large: 'it is too large',
  too_large_together: 'the files are too large together',
  unreachable: 'its server cannot be reached, or was too slow',
  aborted: 'it took too long',
  no_media: 'it is no image, document, sound, film or text',
};

/** Fetches what a conversation names by URL for providers that take bytes alone; bounded for each call and all together. */
export class MediaFetches {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly source: MediaSource,
    private readonly limits: MediaLimits = MEDIA_LIMITS,
  ) {}

  /**
   * All of them, or the failure of one; the caller's own 400 that another provider may still serve. Never rejects.
   * @param signal ends what is under way
   */
  async fetch(
    urls: readonly string[],
    signal: AbortSignal,
  ): Promise<Result<FetchedMediaMap, Failure>> {
    const { urlsPerCall, callsWaiting, callsAtOnce } = this.limits;
    if (urls.length > urlsPerCall) return refused(`it names more than ${urlsPerCall} URLs`);
    if (this.running >= callsAtOnce) {
      if (this.waiting.length >= callsWaiting) return fail(failure('gateway.overloaded'));
      if (!(await this.hasTurn(signal))) return refused(REASONS.aborted);
    } else this.running++;
    try {
      return await new MediaFetch(urls, this.source, this.limits, signal).all();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.running--;
    }
  }

  /** Waits for another call to end; false when the signal came first. */
  private hasTurn(signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const take = (): void => {
        signal.removeEventListener('abort', leave);
        resolve(true);
      };
      const leave = (): void => {
        this.waiting.splice(this.waiting.indexOf(take), 1);
        resolve(false);
      };
      signal.addEventListener('abort', leave, { once: true });
      this.waiting.push(take);
    });
  }
}

/** What one call fetches. */
class MediaFetch {
  private readonly fetched = new Map<string, FetchedMedia>();
  private readonly aborter = new AbortController();
  private bytesLeft: number;
  private next = 0;
  private refusal: string | null = null;

  constructor(
    private readonly urls: readonly string[],
    private readonly source: MediaSource,
    private readonly limits: MediaLimits,
    private readonly signal: AbortSignal,
  ) {
    this.bytesLeft = limits.bytesPerCall;
  }

  async all(): Promise<Result<FetchedMediaMap, Failure>> {
    const workers = Array.from({ length: this.limits.atOncePerCall }, () => this.work());
    await Promise.all(workers);
    return this.refusal === null ? succeed(this.fetched) : refused(this.refusal);
  }

  private async work(): Promise<void> {
    while (this.refusal === null && this.next < this.urls.length) {
      const index = this.next++;
      const reason = await this.one(this.urls[index] ?? '');
      if (reason === null || this.refusal !== null) continue;
      this.refusal = `URL ${index + 1} of ${this.urls.length} cannot be fetched: ${REASONS[reason]}`;
      this.aborter.abort();
    }
  }

  private async one(url: string): Promise<Refusal | null> {
    const signal = AbortSignal.any([
      this.signal,
      this.aborter.signal,
      AbortSignal.timeout(this.limits.urlMs),
    ]);
    const maxBytes = Math.min(this.limits.bytesPerUrl, this.bytesLeft);
    const answer = await this.source.get(url, maxBytes, signal);
    if (!answer.ok) return answer.refusal;
    this.bytesLeft -= answer.body.length;
    if (this.bytesLeft < 0) return 'too_large_together';
    const mediaType = mediaTypeOf(answer.body, answer.contentType);
    if (mediaType === undefined) return 'no_media';
    this.fetched.set(url, { mediaType, base64: answer.body.toString('base64') });
    return null;
  }
}

function refused(reason: string): Result<never, Failure> {
  const message = `The request cannot be sent to a provider that takes no URLs: ${reason}.`;
  return fail(failure('request.unsupported_by_provider', { param: 'messages', message }));
}
