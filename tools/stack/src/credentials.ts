import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { errorCode } from './process/error-facts.ts';

/** Passwords of the servers of one home; hexadecimal, so that they need no escaping anywhere. */
export interface Credentials {
  readonly natsPassword: string;
  readonly postgresPassword: string;
  readonly clickhousePassword: string;
}

/** The user name on all three servers, and the database in Postgres and ClickHouse. */
export const stackUser = 'tollgate';
export const stackDatabase = 'tollgate';

const fileName = 'credentials.json';

/** Reads the credentials of a home, or makes them on first use (mode 0600). */
export function loadOrCreateCredentials(home: string): Credentials {
  const file = path.join(home, fileName);
  const fresh: Credentials = {
    natsPassword: randomPassword(),
    postgresPassword: randomPassword(),
    clickhousePassword: randomPassword(),
  };
  try {
    return parseCredentials(fs.readFileSync(file, 'utf8'), file);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
  const temporary = `${file}.${process.pid}.tmp`;
  fs.writeFileSync(temporary, `${JSON.stringify(fresh, null, 2)}\n`, { mode: 0o600 });
  fs.renameSync(temporary, file);
  return fresh;
}

function parseCredentials(text: string, file: string): Credentials {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) throw new Error(`${file} is not an object`);
  const fields = new Map<string, unknown>(Object.entries(value));
  const read = (name: keyof Credentials): string => {
    const field = fields.get(name);
    if (typeof field === 'string' && field !== '') return field;
    throw new Error(`${file} has no ${name}; its data can be reached with the old value alone`);
  };
  return {
    natsPassword: read('natsPassword'),
    postgresPassword: read('postgresPassword'),
    clickhousePassword: read('clickhousePassword'),
  };
}

const randomPassword = (): string => randomBytes(24).toString('hex');
