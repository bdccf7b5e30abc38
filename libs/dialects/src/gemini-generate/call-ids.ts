/**
 * Ids for function calls, which Google's clients may leave out: made from their order, so that the same history gives the
 * same ids on each turn. A result without an id answers the first open call of its name.
 */
export class CallIds {
  private readonly used: Set<string>;
  private readonly open: { readonly id: string; readonly name: string }[] = [];
  private count = 0;

  /** @param given all ids that the client wrote itself */
  constructor(given: Iterable<string>) {
    this.used = new Set(given);
  }

  ofCall(name: string, given: unknown): string {
    const id = isId(given) ? given : this.next();
    this.open.push({ id, name });
    return id;
  }

  ofResult(name: string, given: unknown): string {
    const index = this.open.findIndex((call) =>
      isId(given) ? call.id === given : call.name === name,
    );
    const [call] = index === -1 ? [] : this.open.splice(index, 1);
    return call?.id ?? (isId(given) ? given : this.next());
  }

  private next(): string {
    let id = `call_${this.count++}`;
    while (this.used.has(id)) id = `call_${this.count++}`;
    this.used.add(id);
    return id;
  }
}

export function isId(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
