import { isAbsent, isObject } from '../chat/fields.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Takes fields of known types out of a body. Null stands for left out. The first field of another type is kept in
 * `problem`, and what nobody asked for is in `rest()`.
 */
export class FieldReader {
  problem: { readonly param: string; readonly message: string } | null = null;
  private readonly taken = new Set<string>();

  constructor(readonly fields: Fields) {}

  number(name: string): number | undefined {
    return this.take(name, 'a number', (value) => typeof value === 'number');
  }

  text(name: string): string | undefined {
    return this.take(name, 'a string', (value) => typeof value === 'string');
  }

  flag(name: string): boolean | undefined {
    return this.take(name, 'true or false', (value) => typeof value === 'boolean');
  }

  list(name: string): readonly unknown[] | undefined {
    return this.take(name, 'an array', (value): value is readonly unknown[] =>
      Array.isArray(value),
    );
  }

  object(name: string): Fields | undefined {
    return this.take(name, 'an object', isObject);
  }

  /** Whatever it is; null as undefined. */
  any(name: string): unknown {
    this.taken.add(name);
    return this.fields[name] ?? undefined;
  }

  /** Marks fields as known that need no reading. */
  skip(...names: readonly string[]): void {
    for (const name of names) this.taken.add(name);
  }

  /** What was not taken and is not null. */
  rest(): Record<string, unknown> {
    const rest: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(this.fields))
      if (!this.taken.has(name) && !isAbsent(value)) rest[name] = value;
    return rest;
  }

  private take<Value>(
    name: string,
    what: string,
    is: (value: unknown) => value is Value,
  ): Value | undefined {
    const value = this.any(name);
    if (value === undefined || is(value)) return value;
    this.problem ??= { param: name, message: `"${name}" must be ${what}.` };
    return undefined;
  }
}
