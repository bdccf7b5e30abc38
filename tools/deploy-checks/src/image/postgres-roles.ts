import { readFileSync } from 'node:fs';
import pg from 'pg';

/** Runs `roles.sql` as psql would: its variables are set, and its own commands left out. */
export async function makeRoles(
  url: string,
  file: string,
  passwords: Readonly<Record<string, string>>,
): Promise<void> {
  const sql = readFileSync(file, 'utf8')
    .replaceAll(/^\\getenv .*$/gm, '')
    .replaceAll(/:'(\w+)'/g, (_, name: string) => pg.escapeLiteral(passwords[name] ?? ''));
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** The same server as another role. */
export function asRole(url: string, role: string, password: string): string {
  const changed = new URL(url);
  changed.username = role;
  changed.password = password;
  return changed.toString();
}
