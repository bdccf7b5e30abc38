import fc from 'fast-check';
import { FENCE_MS, moves, QUOTAS, SlotHolders, TIMES } from '../../test/slot-scenarios.ts';
import {
  freeExpired,
  type HoldCommand,
  holdSlots,
  slotsHeld,
  type SlotState,
} from './slot-model.ts';

const NOW = 1_700_000_000_000;

/** One quota in the hands of some holders, who ask in turn. */
class Desk {
  state: SlotState = new Map();
  private sequence = 0;
  now = NOW;

  constructor(private readonly limit: number) {}

  ask(holder: string, stand: { inUse?: number; keeps?: number; waits?: number; ahead?: number }) {
    const { inUse = 0, keeps = inUse, waits = 0, ahead = 0 } = stand;
    const quota = { quotaId: 'quo_1', limit: this.limit, hard: true, inUse, keeps, ahead };
    const command: HoldCommand = {
      holder,
      sequence: ++this.sequence,
      quotas: [quota],
      waiting: waits > 0 ? [{ quotas: [0], calls: waits }] : [],
    };
    const { state, held } = holdSlots(this.state, command, ++this.now, TIMES);
    this.state = state;
    return held?.[0];
  }
}

describe('leases of slots', () => {
  it('stay within every hard limit, whatever holders that keep the contract do', () => {
    fc.assert(
      fc.property(moves, (all) => {
        const holders = new SlotHolders();
        let state: SlotState = new Map();
        for (const one of all) {
          const { command, hear } = holders.next(one);
          if (command.kind === 'free') state = freeExpired(state, command.now - FENCE_MS);
          else {
            const done = holdSlots(state, command.command, command.now, TIMES);
            state = done.state;
            hear(done.held);
          }
          for (const { quotaId, limit, hard } of QUOTAS) {
            if (hard) expect(slotsHeld(state, quotaId)).toBeLessThanOrEqual(limit);
          }
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('shrink to a fair share when others come', () => {
    const desk = new Desk(10);
    expect(desk.ask('a', { waits: 20 })?.slots).toBe(10);
    expect(desk.ask('b', { waits: 20 })).toMatchObject({ slots: 0, share: 5 });
    expect(desk.ask('c', { waits: 20 })).toMatchObject({ slots: 0, share: 3 });
    for (let open = 9; open >= 4; open--) {
      expect(desk.ask('a', { inUse: open, waits: 20 })).toMatchObject({
        slots: open,
        isFreed: true,
      });
      const [b, c] = [
        desk.ask('b', { inUse: heldBy(desk, 'b'), waits: 20 }),
        desk.ask('c', { inUse: heldBy(desk, 'c'), waits: 20 }),
      ];
      expect((b?.slots ?? 0) + (c?.slots ?? 0)).toBe(10 - open);
    }
    expect([heldBy(desk, 'a'), heldBy(desk, 'b'), heldBy(desk, 'c')].sort()).toEqual([3, 3, 4]);
  });

  it('go from hand to hand where there is one', () => {
    const desk = new Desk(1);
    const served: string[] = [];
    for (const name of ['a', 'b', 'c']) desk.ask(name, { waits: 5 });
    for (let round = 0; round < 9; round++) {
      for (const name of ['a', 'b', 'c']) {
        if (heldBy(desk, name) === 0) desk.ask(name, { waits: 5 });
      }
      const holder = ['a', 'b', 'c'].find((name) => heldBy(desk, name) === 1) ?? '';
      served.push(holder);
      desk.ask(holder, { waits: 5 });
    }
    // Of those that wait with  from the start, the second came before the others.
    expect(served.join('')).toBe('aabcabcab');
  });

  it('are all or nothing over several quotas', () => {
    const quotas = [
      { quotaId: 'quo_1', limit: 5, hard: true, inUse: 0, keeps: 0, ahead: 0 },
      { quotaId: 'quo_2', limit: 2, hard: true, inUse: 0, keeps: 0, ahead: 0 },
    ];
    const waiting = [{ quotas: [0, 1], calls: 4 }];
    const { held } = holdSlots(
      new Map(),
      { holder: 'a', sequence: 1, quotas, waiting },
      NOW,
      TIMES,
    );
    expect(held?.map(({ slots }) => slots)).toEqual([2, 2]);
  });

  it('count open calls above the limit, when it was lowered or a lease was over', () => {
    const desk = new Desk(2);
    expect(desk.ask('a', { inUse: 5, waits: 1 })?.slots).toBe(5);
    expect(desk.ask('b', { waits: 1 })?.slots).toBe(0);
  });

  it('ignore asks that arrive after a later one', () => {
    const desk = new Desk(5);
    const old: HoldCommand = {
      holder: 'a',
      sequence: 1,
      quotas: [{ quotaId: 'quo_1', limit: 5, hard: true, inUse: 0, keeps: 0, ahead: 0 }],
      waiting: [],
    };
    desk.ask('a', { waits: 2 });
    desk.ask('a', { inUse: 2 });
    expect(holdSlots(desk.state, old, NOW, TIMES).held).toBeNull();
  });

  it('leave idle slots with a holder while the limit is far', () => {
    expect(new Desk(100).ask('a', { waits: 1, ahead: 4 })).toMatchObject({ slots: 5, isFar: true });
    expect(new Desk(5).ask('a', { waits: 1, ahead: 4 })).toMatchObject({ slots: 1, isFar: false });
  });
});

const heldBy = (desk: Desk, holder: string): number =>
  desk.state.get('quo_1')?.get(holder)?.slots ?? 0;
