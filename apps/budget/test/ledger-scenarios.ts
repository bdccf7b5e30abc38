import type {
  LedgerCommand,
  LedgerState,
  ModelRecord,
  ModelWindow,
} from '../src/domain/ledger-model.ts';
import { addUnits, leastUnits, NOTHING, subtractUnits, type Units } from '../src/domain/units.ts';
import type { Step } from './ledger-steps.ts';

/** Windows of the scenarios, with their hard or soft limits. */
export const WINDOWS = [
  { id: 'money', metric: 'cost', hard: true, limit: 10_000n },
  { id: 'tokens', metric: 'tokens', hard: true, limit: 4_000n },
  { id: 'requests', metric: 'requests', hard: true, limit: 60n },
  { id: 'soft', metric: 'cost', hard: false, limit: 500n },
  { id: 'credits', metric: 'cost', hard: true, limit: 6_000n, access: 'platform' },
  { id: 'onboarding', metric: 'requests', hard: true, limit: 20n, access: 'platform' },
] as const satisfies readonly (Omit<ModelWindow, 'settled' | 'granted'> & { id: string })[];

export function openingState(): LedgerState {
  return {
    windows: new Map(
      WINDOWS.map(({ id, ...window }) => [id, { ...window, settled: 0n, granted: 0n }]),
    ),
    grants: new Map(),
    requests: new Set(),
  };
}

export function isWithinLimits(state: LedgerState): boolean {
  return [...state.windows.values()].every(
    (window) => !window.hard || window.settled + window.granted <= window.limit,
  );
}

/** Which windows a key has. */
const SETS = [
  ['money'],
  ['money', 'requests'],
  ['money', 'soft', 'tokens'],
  ['money', 'requests', 'soft', 'tokens'],
  ['credits', 'money'],
  ['money', 'onboarding', 'requests'],
] as const;

interface HeldGrant {
  readonly id: string;
  rest: Units;
  drawn: Units;
  isOpen: boolean;
  /** Its holder never heard of it, gave it back, or ran out of time for good: nothing is drawn on it. */
  isSilent: boolean;
}

type TakeCommand = Extract<LedgerCommand, { kind: 'take' }>;

interface Call {
  readonly grant: HeldGrant;
  readonly requestId: string;
  readonly draw: Units;
}

/** The world around the ledger: holders that draw, calls under way, and the stream of records. */
export class World {
  private readonly held: HeldGrant[] = [];
  private readonly taken: TakeCommand[] = [];
  private readonly calls: Call[] = [];
  private readonly stream: ModelRecord[] = [];
  private acked = 0;
  private names = 0;
  finished = 0;

  constructor(private readonly apply: (command: LedgerCommand) => LedgerState) {}

  perform(one: Step): void {
    switch (one.kind) {
      case 'take':
        return this.take(one);
      case 'draw':
        return this.draw(one.pick);
      case 'return':
        return this.giveBack(one.pick);
      case 'lateReturn':
        return this.giveBackAgain(one.pick);
      case 'expire':
        return this.expire(one.pick);
      case 'takeUnheard':
        return this.take({ ...one, kind: 'take', tokens: 10, waiting: 1, extra: 0 }, true);
      case 'takeAgain':
        return this.takeAgain(one.pick);
      case 'lateDraw':
        return this.draw(one.pick, (grant) => !grant.isOpen);
      case 'recordAgain':
        return this.recordAgain(one.pick);
      case 'crash':
        return this.crash(one.of, one.pick);
      case 'finish':
        return this.finish(one.pick, one.usedPercent, one.platformPercent);
      case 'settle':
        return this.settle(one.count, one.redeliver);
      case 'sweep':
        return this.sweep().forEach((command) => void this.apply(command));
    }
  }

  /** Everybody stops: all that is needed until nothing is held. */
  *quiet(): Generator<LedgerCommand> {
    while (this.calls.length > 0) this.finish(0, 50);
    for (const grant of this.held) {
      grant.isOpen = false;
      yield { kind: 'expire', grantId: grant.id };
    }
    yield { kind: 'settle', records: this.stream.slice(this.acked) };
    this.acked = this.stream.length;
    yield* this.sweep();
  }

  private take(one: Extract<Step, { kind: 'take' }>, isSilent = false): void {
    const command = this.takeCommand(one);
    const { grantId: id } = command;
    const grant = this.apply(command).grants.get(id);
    if (!grant) return;
    this.taken.push(command);
    this.held.push({ id, rest: grant.amounts, drawn: NOTHING, isOpen: true, isSilent });
  }

  private takeCommand(one: Extract<Step, { kind: 'take' }>): TakeCommand {
    const need = { cost: BigInt(one.cost), tokens: BigInt(one.tokens), requests: 1n };
    let want: Units = NOTHING;
    for (let i = 0; i < one.waiting; i++) want = addUnits(want, need);
    return {
      kind: 'take',
      grantId: `g${this.names++}`,
      windowIds: SETS[one.sets] ?? [],
      ask: { need, want, extra: BigInt(one.extra) },
    };
  }

  private takeAgain(place: number): void {
    const command = choose(this.taken, place);
    if (command) this.apply(command);
  }

  /** Nothing of it is committed, so nobody goes on from there. */
  private crash(of: Extract<Step, { kind: 'crash' }>['of'], place: number): void {
    for (const command of this.unfinished(of, place)) this.apply({ kind: 'crash', command });
  }

  private unfinished(
    of: Extract<Step, { kind: 'crash' }>['of'],
    place: number,
  ): readonly LedgerCommand[] {
    const grant = choose(this.held, place);
    switch (of) {
      case 'take':
        return [
          this.takeCommand({
            kind: 'take',
            sets: place % 6,
            cost: 9,
            tokens: 9,
            waiting: 1,
            extra: 0,
          }),
        ];
      case 'return':
        return grant ? [{ kind: 'return', grantId: grant.id, drawn: grant.drawn }] : [];
      case 'expire':
        return grant ? [{ kind: 'expire', grantId: grant.id }] : [];
      case 'settle':
        return this.stream.length > 0
          ? [{ kind: 'settle', records: this.stream.slice(-1 - (place % 3)) }]
          : [];
      case 'sweep':
        return [
          { kind: 'stamp', lastSequence: this.stream.length },
          { kind: 'close', ackFloor: this.acked },
        ];
    }
  }

  /** A holder whose clock is behind draws on a grant that was fenced: its call is booked like any other. */
  private draw(place: number, which = (grant: HeldGrant): boolean => grant.isOpen): void {
    const grant = choose(
      this.held.filter((one) => which(one) && !one.isSilent),
      place,
    );
    if (!grant) return;
    const draw = leastUnits(grant.rest, {
      cost: grant.rest.cost / 2n + 1n,
      tokens: grant.rest.tokens / 2n + 1n,
      requests: 1n,
    });
    grant.rest = subtractUnits(grant.rest, draw);
    grant.drawn = addUnits(grant.drawn, draw);
    this.calls.push({ grant, requestId: `r${this.names++}`, draw });
  }

  private giveBack(place: number): void {
    const grant = choose(
      this.held.filter((one) => one.isOpen),
      place,
    );
    if (!grant) return;
    grant.isOpen = false;
    grant.isSilent = true;
    this.apply({ kind: 'return', grantId: grant.id, drawn: grant.drawn });
  }

  private giveBackAgain(place: number): void {
    const grant = choose(
      this.held.filter((one) => !one.isOpen),
      place,
    );
    if (grant) this.apply({ kind: 'return', grantId: grant.id, drawn: grant.drawn });
  }

  private expire(place: number): void {
    const grant = choose(
      this.held.filter((one) => one.isOpen),
      place,
    );
    if (!grant) return;
    grant.isOpen = false;
    this.apply({ kind: 'expire', grantId: grant.id });
  }

  private finish(place: number, usedPercent: number, platformPercent = 100): void {
    const call = choose(this.calls, place);
    if (!call) return;
    this.calls.splice(this.calls.indexOf(call), 1);
    this.finished++;
    const used = partOf(call.draw, usedPercent);
    this.stream.push({
      requestId: call.requestId,
      grantId: call.grant.id,
      draw: call.draw,
      used,
      usedByPlatform: partOf(used, platformPercent),
    });
  }

  /** Recorded twice, by the adapter and by the gateway that took it for lost: not the same, under one id. */
  private recordAgain(place: number): void {
    const record = choose(this.stream, place);
    if (!record) return;
    const used = partOf(record.draw, place % 101);
    this.stream.push({ ...record, used, usedByPlatform: used });
  }

  private settle(count: number, redeliver: number): void {
    const from = Math.max(0, this.acked - redeliver);
    const upTo = Math.min(this.stream.length, this.acked + count);
    const records = this.stream.slice(from, upTo);
    this.acked = upTo;
    if (records.length > 0) this.apply({ kind: 'settle', records });
  }

  /** What time guarantees: calls on grants that ended are over before a stamp is taken. */
  private sweep(): LedgerCommand[] {
    for (const call of [...this.calls]) {
      if (!call.grant.isOpen) this.finish(this.calls.indexOf(call), 100);
    }
    for (const grant of this.held) if (!grant.isOpen) grant.isSilent = true;
    return [
      { kind: 'stamp', lastSequence: this.stream.length },
      { kind: 'close', ackFloor: this.acked },
    ];
  }
}

/** Runs a plan against whatever applies the commands. */
export function runPlan(
  plan: readonly Step[],
  apply: (command: LedgerCommand) => LedgerState,
): World {
  const world = new World(apply);
  for (const one of plan) world.perform(one);
  return world;
}

function partOf({ cost, tokens, requests }: Units, percent: number): Units {
  return {
    cost: (cost * BigInt(percent)) / 100n,
    tokens: (tokens * BigInt(percent)) / 100n,
    requests: percent === 0 ? 0n : requests,
  };
}

function choose<T>(items: readonly T[], place: number): T | undefined {
  return items[place % Math.max(1, items.length)];
}
