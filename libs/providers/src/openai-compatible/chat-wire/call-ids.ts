import { createHash } from 'node:crypto';
import type { Losses } from '@tollgate/neutral';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const LENGTH = 9;

/**
 * Ids of calls as the vendor takes them. One that it would refuse becomes nine letters and digits made of its own hash: the
 * same in every request, so that a conversation stays the same on its next turn (and its prompt cache with it).
 */
export class CallIds {
  private readonly given = new Map<string, string>();
  private readonly used = new Set<string>();

  constructor(
    private readonly form: RegExp,
    private readonly losses: Losses,
  ) {}

  of(id: string): string {
    const known = this.given.get(id);
    if (known !== undefined) return known;
    const fits = this.form.test(id) && !this.used.has(id);
    const chosen = fits ? id : this.made(id);
    if (!fits) this.losses.adapt('messages[].tool_calls[].id');
    this.given.set(id, chosen);
    this.used.add(chosen);
    return chosen;
  }

  private made(id: string): string {
    for (let attempt = 0; ; attempt++) {
      const hash = createHash('sha256').update(`${attempt} ${id}`).digest();
      let made = '';
      for (let at = 0; at < LENGTH; at++)
        made += ALPHABET[hash.readUInt16BE(at * 2) % ALPHABET.length];
      if (!this.used.has(made)) return made;
    }
  }
}
