import { fail, failure, type Failure, type Result, succeed } from '@tollgate/contracts';
import { isAbsent, isObject } from '../chat/fields.ts';
import { readCarrierId } from './carried-signature.ts';
import type { Json } from './encode-envelope.ts';
import { ownResponseOf } from './own-ids.ts';

/** A response of Tollgate's own, as it is kept for later requests to name. */
export interface KeptResponse {
  /** The response that it went on from. */
  readonly previous: string | null;
  /** What the request brought itself; null where that was too large to keep. */
  readonly input: readonly unknown[] | null;
  readonly response: Json;
}

/** Finds a kept response by its own id or by that of one of its items; undefined when it is not kept. */
export type FindKept = (id: string) => KeptResponse | undefined;

/** Bounds of what one request may bring back: responses before it, items named, and the bytes of these. */
const MOST_LINKS = 256;
const MOST_ITEMS = 4_096;
const MOST_BYTES = 32 * 1024 * 1024;

/** What is to be kept of a response: its items are found in it. */
export function keptResponse(request: Json, response: Json): KeptResponse {
  const { previous_response_id: previous } = request;
  return {
    previous: typeof previous === 'string' ? previous : null,
    input: inputOf(request),
    response,
  };
}

/** Ids of items in a response that do not lead to it by themselves. */
export function idsOfOthers({ response }: KeptResponse): readonly string[] {
  return itemsOf(response)
    .map(idOf)
    .filter((id) => id !== '' && ownResponseOf(id) === undefined && !readCarrierId(id));
}

/** What the request names that may be kept here. What it carries in the id itself needs no keeping. */
export function referencesOf(request: Json): readonly string[] {
  const { previous_response_id: previous, input } = request;
  const items = (Array.isArray(input) ? input : [])
    .filter(isReference)
    .map(idOf)
    .filter((id) => id !== '' && !readCarrierId(id));
  return typeof previous === 'string' && ownResponseOf(previous) ? [previous, ...items] : items;
}

/** The same for a response that is kept: what must be loaded with it. */
export function referencesOfKept({ previous, input }: KeptResponse): readonly string[] {
  return referencesOf({ previous_response_id: previous, input });
}

/**
 * The request with what it names in place of the names, all of which `find` can find by now. What another provider keeps,
 * and thoughts that are not kept any more, stay as they are; of anything else the client is told that it is gone.
 */
export function withKept(request: Json, find: FindKept): Result<Json, Failure> {
  const { previous_response_id: previous, ...rest } = request;
  const reader = new HistoryReader(find);
  const isOwn = typeof previous === 'string' && ownResponseOf(previous) !== undefined;
  const problem =
    (isOwn ? reader.readResponse(previous, 'previous_response_id') : null) ??
    reader.readInput(inputOf(request), (i) => `input[${i}]`);
  if (problem) return fail(problem);
  const left = isOwn || isAbsent(previous) ? {} : { previous_response_id: previous };
  return succeed({ ...rest, ...left, input: reader.items });
}

class HistoryReader {
  readonly items: unknown[] = [];
  private links = 0;
  private found = 0;
  private bytes = 0;
  private readonly sizes = new Map<Json, number>();

  constructor(private readonly find: FindKept) {}

  /** A response and all before it, the first of them first. */
  readResponse(id: string, param: string): Failure | null {
    const chain: KeptResponse[] = [];
    for (let next: string | null = id; next !== null; ) {
      const kept = this.find(next);
      if (!kept) return refused(param, 'names what is not kept, or not any more');
      if (kept.input === null) return refused(param, 'names what was too large to keep');
      if (++this.links > MOST_LINKS) return refused(param, 'leads to too many responses');
      chain.unshift(kept);
      next = kept.previous;
    }
    for (const { input, response } of chain) {
      const problem =
        this.readInput(input ?? [], () => param) ?? this.readInput(itemsOf(response), () => param);
      if (problem) return problem;
    }
    return null;
  }

  readInput(input: readonly unknown[], paramOf: (index: number) => string): Failure | null {
    for (const [i, item] of input.entries()) {
      const named = isReference(item) ? this.itemBy(idOf(item)) : undefined;
      if (named) {
        if (!this.hasRoomFor(named)) return refused(paramOf(i), 'brings back too much');
        this.items.push(named);
      } else if (isReference(item) && isOwnAndNeeded(idOf(item)))
        return refused(paramOf(i), 'names what is not kept, or not any more');
      else this.items.push(item);
    }
    return null;
  }

  private itemBy(id: string): Json | undefined {
    const kept = this.find(id);
    return kept && itemsOf(kept.response).find((item) => idOf(item) === id);
  }

  /** One item may be named many times over. */
  private hasRoomFor(item: Json): boolean {
    const size = this.sizes.get(item) ?? JSON.stringify(item).length;
    this.sizes.set(item, size);
    this.bytes += size;
    return ++this.found <= MOST_ITEMS && this.bytes <= MOST_BYTES;
  }
}

/** Without what was thought an answer is still possible. */
function isOwnAndNeeded(id: string): boolean {
  return !id.startsWith('rs_') && ownResponseOf(id) !== undefined;
}

function isReference(item: unknown): item is Json {
  return isObject(item) && item.type === 'item_reference';
}

function inputOf({ input }: Json): readonly unknown[] {
  if (isAbsent(input)) return [];
  return Array.isArray(input) ? input : [{ role: 'user', content: input }];
}

function itemsOf({ output }: Json): readonly Json[] {
  return Array.isArray(output) ? output.filter(isObject) : [];
}

function idOf({ id }: Json): string {
  return typeof id === 'string' ? id : '';
}

function refused(param: string, problem: string): Failure {
  const message = `"${param}" ${problem}; send the items themselves.`;
  return failure('request.reference_not_found', { param, message });
}
