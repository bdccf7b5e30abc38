import type { CallsObserved, Outcome } from '@tollgate/contracts';
import { LRUCache } from 'lru-cache';
import {
  atTime,
  BREAKER_RULES,
  type BreakerRules,
  type Circuit,
  NEW_CIRCUIT,
  observe,
} from '../domain/circuit-breaker.ts';
import type { Observation } from '../domain/candidate-view.ts';

interface Entry {
  circuit: Circuit;
  ttftMs: number | null;
}

/** A change of a circuit that makes plans void. */
export interface HealthChange {
  readonly aiProviderId: string;
  readonly model: string;
  readonly from: Circuit['state'];
  readonly to: Circuit['state'];
  /** After the change. */
  readonly circuit: Circuit;
}

/** How much a new report weighs against what was seen before. */
const SMOOTHING = 0.3;

/**
 * What has been seen of each model on each connection, fed by the adapters' reports. Bounded: beyond `capacity` the one
 * that was seen longest ago is forgotten, and counts as healthy.
 */
export class HealthBook {
  private readonly entries: LRUCache<string, Entry>;
  private readonly rules: BreakerRules;

  constructor(options: { readonly capacity?: number; readonly rules?: BreakerRules } = {}) {
    this.entries = new LRUCache({ max: options.capacity ?? 20_000 });
    this.rules = options.rules ?? BREAKER_RULES;
  }

  /** Takes a report in. Answers the circuits that opened or closed by it. */
  note(report: CallsObserved, nowMs: number): readonly HealthChange[] {
    return report.outcomes.flatMap((outcome) => this.noteOne(outcome, nowMs));
  }

  /** Circuits whose pause is over: plans may include them again. */
  reopened(nowMs: number): readonly HealthChange[] {
    const changes: HealthChange[] = [];
    for (const [key, entry] of this.entries.entries()) {
      const circuit = atTime(entry.circuit, nowMs);
      if (circuit.state === entry.circuit.state) continue;
      const from = entry.circuit.state;
      changes.push({ ...parseKey(key), from, to: circuit.state, circuit });
      entry.circuit = circuit;
    }
    return changes;
  }

  /** Undefined: nothing was seen of it, or it was forgotten. */
  circuitOf(aiProviderId: string, model: string, nowMs: number): Circuit | undefined {
    const entry = this.entries.peek(keyOf(aiProviderId, model));
    return entry && atTime(entry.circuit, nowMs);
  }

  look(aiProviderId: string, model: string, nowMs: number): Observation {
    const entry = this.entries.peek(keyOf(aiProviderId, model));
    if (!entry) return { state: 'closed', ttftMs: null, text: '' };
    const circuit = atTime(entry.circuit, nowMs);
    return {
      state: circuit.state,
      ttftMs: entry.ttftMs,
      text: `${circuit.failed} of ${circuit.failed + circuit.succeeded} recent calls failed (${circuit.lastFailure || 'no failure'})`,
    };
  }

  private noteOne(outcome: Outcome, nowMs: number): readonly HealthChange[] {
    const key = keyOf(outcome.aiProviderId, outcome.model);
    const entry = this.entries.get(key) ?? { circuit: NEW_CIRCUIT, ttftMs: null };
    const failures = Object.entries(outcome.failed).sort(([, a], [, b]) => b - a);
    const before = entry.circuit.state;
    entry.circuit = observe(
      entry.circuit,
      {
        succeeded: outcome.succeeded,
        failed: failures.reduce((sum, [, count]) => sum + count, 0),
        failure: failures[0]?.[0] ?? '',
        retryAfterMs: outcome.retryAfterMs,
      },
      nowMs,
      this.rules,
    );
    if (outcome.succeeded) {
      const mean = outcome.ttftMsSum / outcome.succeeded;
      entry.ttftMs =
        entry.ttftMs === null ? mean : entry.ttftMs + SMOOTHING * (mean - entry.ttftMs);
    }
    this.entries.set(key, entry);
    const { circuit } = entry;
    if (before === circuit.state) return [];
    return [{ ...parseKey(key), from: before, to: circuit.state, circuit }];
  }
}

const SEPARATOR = ' ';
const keyOf = (aiProviderId: string, model: string): string =>
  `${aiProviderId}${SEPARATOR}${model}`;

function parseKey(key: string): { readonly aiProviderId: string; readonly model: string } {
  const at = key.indexOf(SEPARATOR);
  return { aiProviderId: key.slice(0, at), model: key.slice(at + 1) };
}
