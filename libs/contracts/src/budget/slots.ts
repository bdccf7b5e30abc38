import { z } from 'zod';
import { slotQuota } from '../config/slot-quota.ts';
import type { EventMessage, RequestMessage } from '../message.ts';

const count = z.number().int().nonnegative();

/** A quota in the hands of a holder, as the holder sees it when it asks. */
export const slotStand = slotQuota.pick({ quotaId: true, limit: true, hard: true }).extend({
  /** Calls that are open: they count whatever the limit says. */
  inUse: count,
  /** Slots that it keeps of those it has, at least `inUse`; it has already let go of the others. */
  keeps: count,
  /** More that would be of use while the limit is far. */
  ahead: count,
});
export type SlotStand = z.infer<typeof slotStand>;

/**
 * What a holder has and wants of some quotas. It states the whole of it, so that an ask that is lost, late or repeated
 * does no harm.
 */
export const slotsRequest = z.object({
  /** `ins_…` of the gateway. */
  holder: z.string(),
  /** Rises with each ask of a holder: of two, the later one counts, whichever arrives first. */
  sequence: z.number().int().positive(),
  quotas: z.array(slotStand).min(1).max(1_000),
  /** Calls that wait: each needs one slot of all of these quotas (by index) together, or none. The first come first. */
  waiting: z.array(z.object({ quotas: z.array(count).min(1), calls: z.number().int().positive() })),
});
export type SlotsRequest = z.infer<typeof slotsRequest>;

export const slotsAnswer = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('held'),
    /** From when the ask was sent; the holder begins no call later than that. */
    leaseMs: z.number().int().positive(),
    /** In the order of the ask. */
    quotas: z.array(
      z.object({
        /** What the holder has now, `inUse` included. */
        slots: count,
        /** Some wait for this very limit. */
        isShort: z.boolean(),
        /** The limit is far: idle slots need not hurry back. */
        isFar: z.boolean(),
      }),
    ),
  }),
  /** A later ask was answered before. */
  z.object({ outcome: z.literal('superseded') }),
]);
export type SlotsAnswer = z.infer<typeof slotsAnswer>;

/** Takes slots, keeps them for another while, and gives them back. Never waits for slots of others. */
export const holdSlots: RequestMessage<SlotsRequest, SlotsAnswer> = {
  kind: 'request',
  subject: 'tollgate.budget.slots.v1',
  service: 'budget',
  request: slotsRequest,
  answer: slotsAnswer,
  timeoutMs: 2_000,
};

/** Somebody waits for slots that others have: give back those that are idle, and above `share` each as its call ends. */
export const slotsRecalledEvent = z.object({
  quotas: z.array(z.object({ quotaId: z.string(), share: count })),
  at: z.number(),
});
export type SlotsRecalled = z.infer<typeof slotsRecalledEvent>;

export const slotsRecalled: EventMessage<SlotsRecalled> = {
  kind: 'event',
  subject: 'tollgate.event.slots-recalled.v1',
  delivery: 'broadcast',
  event: slotsRecalledEvent,
};

/** Slots came back that somebody waits for: ask again. */
export const slotsFreedEvent = z.object({ quotaIds: z.array(z.string()), at: z.number() });
export type SlotsFreed = z.infer<typeof slotsFreedEvent>;

export const slotsFreed: EventMessage<SlotsFreed> = {
  kind: 'event',
  subject: 'tollgate.event.slots-freed.v1',
  delivery: 'broadcast',
  event: slotsFreedEvent,
};
