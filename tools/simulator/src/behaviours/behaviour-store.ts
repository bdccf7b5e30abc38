import type { Behaviour } from './behaviour.ts';

/** The model name that stands for every model without a behaviour of its own. */
export const everyModel = '*';

const mostModels = 1_000;

export interface ListedBehaviour {
  readonly model: string;
  /** `times` is how many requests are left. */
  readonly behaviour: Behaviour;
}

/** What each model does. A model's own behaviour stands in for that of `*`; the two are not merged. */
export class BehaviourStore {
  readonly #byModel = new Map<string, { behaviour: Behaviour; left: number }>();

  /** False when there are 1,000 behaviours already. */
  set(model: string, behaviour: Behaviour): boolean {
    if (this.#byModel.size >= mostModels && !this.#byModel.has(model)) return false;
    this.#byModel.set(model, { behaviour, left: behaviour.times ?? Number.POSITIVE_INFINITY });
    return true;
  }

  /** The behaviour for one request of this model. Counts it against `times` and removes what is used up. */
  take(model: string): Behaviour | undefined {
    if (this.#byModel.size === 0) return undefined;
    const name = this.#byModel.has(model) ? model : everyModel;
    const entry = this.#byModel.get(name);
    if (entry === undefined) return undefined;
    entry.left -= 1;
    if (entry.left <= 0) this.#byModel.delete(name);
    return entry.behaviour;
  }

  list(): ListedBehaviour[] {
    return [...this.#byModel].map(([model, { behaviour, left }]) => ({
      model,
      behaviour: Number.isFinite(left) ? { ...behaviour, times: left } : behaviour,
    }));
  }

  /** Without a model: all of them. Says how many were removed. */
  clear(model?: string): number {
    if (model !== undefined) return this.#byModel.delete(model) ? 1 : 0;
    const removed = this.#byModel.size;
    this.#byModel.clear();
    return removed;
  }
}
