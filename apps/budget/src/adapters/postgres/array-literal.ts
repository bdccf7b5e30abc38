const PLAIN = /^[A-Za-z0-9_.:/-]+$/;
const SPECIAL = /["\\]/g;

/** Builds a Postgres array literal piece by piece, much cheaper than handing an array to the driver. */
export class ArrayLiteral {
  private text = '';

  /** A number, a decimal string or an id of ours: nothing that needs quotes. */
  addPlain(value: string | number): void {
    this.text += this.text === '' ? value : `,${value}`;
  }

  addText(value: string | null): void {
    this.addPlain(value === null ? 'NULL' : quote(value));
  }

  toString(): string {
    return `{${this.text}}`;
  }
}

function quote(value: string): string {
  if (PLAIN.test(value) && value.toLowerCase() !== 'null') return value;
  return `"${value.replace(SPECIAL, '\\$&')}"`;
}
