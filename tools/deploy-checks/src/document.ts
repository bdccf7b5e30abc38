import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';

/** A place in a YAML document, read without trusting its shape: what is not there reads as undefined. */
export class Document {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }

  /** Follows names and indexes. */
  at(...path: readonly (string | number)[]): Document {
    let value: unknown = this.value;
    for (const step of path) {
      if (typeof value !== 'object' || value === null) return new Document(undefined);
      value = Object.getOwnPropertyDescriptor(value, step)?.value;
    }
    return new Document(value);
  }

  /** The text, or an empty one. Numbers and booleans are written out. */
  text(): string {
    const { value } = this;
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : '';
  }

  /** The elements of a list; none of anything else. */
  list(): readonly Document[] {
    return Array.isArray(this.value) ? this.value.map((one) => new Document(one)) : [];
  }

  texts(): readonly string[] {
    return this.list().map((one) => one.text());
  }

  entries(): readonly (readonly [string, Document])[] {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
    return Object.entries(value).map(([name, one]) => [name, new Document(one)] as const);
  }

  names(): readonly string[] {
    return this.entries().map(([name]) => name);
  }

  isThere(): boolean {
    return this.value !== undefined && this.value !== null;
  }
}

/** Every document of a YAML file. Throws at the first mistake, duplicate names included. */
export function readYaml(file: string): readonly Document[] {
  return parseAllDocuments(readFileSync(file, 'utf8'), { merge: true }).map((document) => {
    const [error] = document.errors;
    if (error) throw new Error(`${file}: ${error.message}`);
    return new Document(document.toJS());
  });
}
