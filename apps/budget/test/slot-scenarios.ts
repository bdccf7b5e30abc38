import fc from 'fast-check';
import type { HeldQuota, HoldCommand } from '../src/domain/slot-model.ts';

export const TIMES = { leaseMs: 10_000, freshMs: 500 };
export const FENCE_MS = 5_000;
export const QUOTAS = [
  { quotaId: 'quo_a', limit: 10, hard: true },
  { quotaId: 'quo_b', limit: 3, hard: true },
  { quotaId: 'quo_c', limit: 1, hard: true },
  { quotaId: 'quo_d', limit: 2, hard: false },
] as const;
const HOLDERS = ['ins_1', 'ins_2', 'ins_3'];

/** What a holder does next; numbers are drawn on for whatever must be chosen. */
const move = fc.record({
  kind: fc.constantFrom(
    'ask',
    'ask',
    'ask',
    'ask',
    'ask',
    'lost answer',
    'late copy',
    'wait',
    'die',
  ),
  holder: fc.nat(HOLDERS.length - 1),
  quotas: fc.uniqueArray(fc.nat(QUOTAS.length - 1), { minLength: 1, maxLength: 4 }),
  /** Of the slots at hand, for each quota: the share in use and the share kept, in tenths. */
  inUse: fc.array(fc.nat(10), { minLength: 4, maxLength: 4 }),
  keeps: fc.array(fc.nat(10), { minLength: 4, maxLength: 4 }),
  ahead: fc.nat(5),
  waiting: fc.array(
    fc.record({
      of: fc.uniqueArray(fc.nat(3), { minLength: 1, maxLength: 4 }),
      calls: fc.integer({ min: 1, max: 4 }),
    }),
    { maxLength: 3 },
  ),
  waitMs: fc.constantFrom(1, 100, 400, 3_000, 9_000, 16_000),
});
export const moves = fc.array(move, { minLength: 1, maxLength: 40 });
export type Move = typeof moves extends fc.Arbitrary<readonly (infer M)[]> ? M : never;

export type SlotCommand =
  | { readonly kind: 'hold'; readonly command: HoldCommand; readonly now: number }
  | { readonly kind: 'free'; readonly now: number };

interface Known {
  slots: number;
  usableUntil: number;
}

/** Gateways that keep the contract: they fill no more than they were given, while their leases last. */
export class SlotHolders {
  private now = 1_700_000_000_000;
  private sequence = 0;
  private readonly known = new Map<string, Map<string, Known>>();
  private readonly sent: HoldCommand[] = [];
  private generation = 0;

  /** The next command, and what the holder does with the answer. */
  next(one: Move): {
    readonly command: SlotCommand;
    readonly hear: (held: readonly HeldQuota[] | null) => void;
  } {
    const deaf = (): void => undefined;
    const holder = `${HOLDERS[one.holder]}_${this.generation}`;
    switch (one.kind) {
      case 'wait':
        this.now += one.waitMs;
        return { command: { kind: 'free', now: this.now }, hear: deaf };
      case 'die':
        this.generation++;
        return { command: { kind: 'free', now: this.now }, hear: deaf };
      case 'late copy': {
        const copy = this.sent[one.ahead % Math.max(1, this.sent.length)];
        if (!copy) return { command: { kind: 'free', now: this.now }, hear: deaf };
        return { command: { kind: 'hold', command: copy, now: this.now }, hear: deaf };
      }
      default: {
        this.now += 1;
        const command = this.ask(holder, one);
        const sentAt = this.now;
        const hear = (held: readonly HeldQuota[] | null): void => this.hear(holder, held, sentAt);
        return {
          command: { kind: 'hold', command, now: this.now },
          hear: one.kind === 'ask' ? hear : deaf,
        };
      }
    }
  }

  private ask(holder: string, { quotas, inUse, keeps, ahead, waiting }: Move): HoldCommand {
    const chosen = [...quotas].sort((a, b) => a - b);
    const stands = chosen.flatMap((index, i) => {
      const quota = QUOTAS[index];
      if (!quota) return [];
      const known = this.of(holder, quota.quotaId);
      const slots = this.now < known.usableUntil ? known.slots : 0;
      const used = Math.floor((slots * (inUse[i] ?? 0)) / 10);
      const kept = Math.max(used, Math.floor((slots * (keeps[i] ?? 0)) / 10));
      known.slots = kept;
      return [{ ...quota, inUse: used, keeps: kept, ahead }];
    });
    const command = {
      holder,
      sequence: ++this.sequence,
      quotas: stands,
      waiting: waiting.flatMap(({ of, calls }) => {
        const indexes = of.filter((index) => index < stands.length);
        return indexes.length > 0 ? [{ quotas: indexes, calls }] : [];
      }),
    };
    this.sent.push(command);
    return command;
  }

  private hear(holder: string, held: readonly HeldQuota[] | null, sentAt: number): void {
    for (const { quotaId, slots } of held ?? []) {
      const known = this.of(holder, quotaId);
      known.slots = slots;
      known.usableUntil = sentAt + TIMES.leaseMs;
    }
  }

  private of(holder: string, quotaId: string): Known {
    const quotas = this.known.get(holder) ?? new Map<string, Known>();
    this.known.set(holder, quotas);
    const known = quotas.get(quotaId) ?? { slots: 0, usableUntil: 0 };
    quotas.set(quotaId, known);
    return known;
  }
}
