import { type AddressRange, parseRange } from '@tollgate/contracts';
import { port, serviceSettings, wholeNumber } from '@tollgate/env';
import { z } from 'zod';

const DAY_MS = 86_400_000;

const addressRanges = z.string().transform((text, context): readonly AddressRange[] => {
  const ranges = text
    .split(',')
    .filter((part) => part.trim() !== '')
    .map((part) => parseRange(part.trim()));
  const known = ranges.filter((range) => range !== null);
  if (known.length === ranges.length) return known;
  context.addIssue({
    code: 'custom',
    message: 'must be IP addresses or CIDR ranges, separated by commas',
  });
  return z.NEVER;
});

/** The gateway's settings, by the environment variables that hold them. */
export const gatewaySettings = z.object({
  ...serviceSettings,
  /** 0 stands for any free port. */
  TOLLGATE_GATEWAY_PORT: port.default(4000),
  /** The longest request body, bytes. */
  TOLLGATE_BODY_LIMIT: wholeNumber(1_024, 64 * 1024 * 1024).default(32 * 1024 * 1024),
  /** Requests at once; more are answered with 503. */
  TOLLGATE_MAX_CONCURRENT: wholeNumber(1, 100_000).default(2_000),
  /** How long a client may take for its header lines, milliseconds. */
  TOLLGATE_HEADERS_TIMEOUT_MS: wholeNumber(100, DAY_MS).default(10_000),
  /** The longest silence while a body arrives, milliseconds. */
  TOLLGATE_BODY_STALL_MS: wholeNumber(100, DAY_MS).default(10_000),
  /** How long a client may take for a whole request, milliseconds. */
  TOLLGATE_REQUEST_TIMEOUT_MS: wholeNumber(100, DAY_MS).default(60_000),
  /** How long a client may leave its answer unread, milliseconds. */
  TOLLGATE_UNREAD_TIMEOUT_MS: wholeNumber(100, DAY_MS).default(60_000),
  /** Silence after which a stream gets a comment, so that proxies keep it open; milliseconds. */
  TOLLGATE_HEARTBEAT_MS: wholeNumber(100, DAY_MS).default(15_000),
  /** The cap on the output under a hard budget when the caller names none, tokens. */
  TOLLGATE_DEFAULT_OUTPUT_CAP: wholeNumber(1, 10_000_000).default(4_096),
  /** Under a hard budget the cap shrinks to what is left, down to this: the smallest useful answer, tokens. */
  TOLLGATE_SMALLEST_OUTPUT_CAP: wholeNumber(1, 10_000_000).default(256),
  /** Plans in memory. */
  TOLLGATE_PLAN_CACHE_SIZE: wholeNumber(1, 1_000_000).default(10_000),
  /** How long past its time to live a plan may stand in while routing is away, milliseconds. */
  TOLLGATE_PLAN_STALE_MS: wholeNumber(0, DAY_MS).default(600_000),
  /** How long a request waits for a slot of a limit on concurrency that was met, milliseconds. */
  TOLLGATE_SLOT_PATIENCE_MS: wholeNumber(0, 30_000).default(1_500),
  /** Proxies whose `x-forwarded-for` is believed: addresses and CIDR ranges, separated by commas. None by default. */
  TOLLGATE_TRUSTED_PROXIES: addressRanges.default([]),
  /** How long open requests may go on after a signal to stop, milliseconds. */
  TOLLGATE_DRAIN_MS: wholeNumber(0, 3_600_000).default(30_000),
});
export type GatewaySettings = z.infer<typeof gatewaySettings>;
