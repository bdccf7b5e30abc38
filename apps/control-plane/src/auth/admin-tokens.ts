import { timingSafeEqual } from 'node:crypto';
import { hashKey, makeAdminTokenText } from '@tollgate/secrets';
import type { DataSource } from 'typeorm';

/** Another instance may have been given a new token: read again after that long, and at most so often. */
const REREAD_AFTER_MS = 10_000;
const REREAD_AT_MOST_EVERY_MS = 1_000;

/** Knows the admin token by its hash. */
export class AdminTokens {
  private tokenHash = '';
  private readAt = 0;

  constructor(
    private readonly dataSource: DataSource,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * Makes the given token the one, or makes one where there is none yet.
   * @returns its text when it was given or has just been made; null when it is known by its hash alone
   */
  async establish(given: string | undefined): Promise<string | null> {
    const text = given ?? makeAdminTokenText();
    const onConflict = given === undefined ? 'NOTHING' : 'UPDATE SET token_hash = $1';
    const inserted: { token_hash: string }[] = await this.dataSource.query(
      `INSERT INTO control_plane.admin_tokens (token_hash) VALUES ($1)
       ON CONFLICT (singleton) DO ${onConflict} RETURNING token_hash`,
      [hashKey(text)],
    );
    await this.reread();
    return inserted.length > 0 ? text : null;
  }

  /** Who acts with the token: enough of its hash to tell tokens apart. */
  actor(): string {
    return `admin:${this.tokenHash.slice(0, 8)}`;
  }

  /** Compares in constant time. While Postgres is away the hash that was last read decides. */
  async isValid(text: string): Promise<boolean> {
    const offered = hashKey(text);
    if (this.now() - this.readAt >= REREAD_AFTER_MS) await this.tryReread();
    if (this.matches(offered)) return true;
    if (this.now() - this.readAt < REREAD_AT_MOST_EVERY_MS) return false;
    await this.tryReread();
    return this.matches(offered);
  }

  private matches(offered: string): boolean {
    const known = Buffer.from(this.tokenHash);
    const given = Buffer.from(offered);
    return known.length === given.length && timingSafeEqual(known, given);
  }

  private async tryReread(): Promise<void> {
    this.readAt = this.now();
    await this.reread().catch(() => undefined);
  }

  private async reread(): Promise<void> {
    const rows: { token_hash: string }[] = await this.dataSource.query(
      'SELECT token_hash FROM control_plane.admin_tokens',
    );
    this.tokenHash = rows[0]?.token_hash ?? '';
    this.readAt = this.now();
  }
}
