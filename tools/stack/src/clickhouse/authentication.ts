import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ClickHouseException } from './exception.ts';

export interface Account {
  readonly user: string;
  readonly password: string;
}

/** Checks the caller's user and password wherever ClickHouse lets them stand; throws code 516. */
export function authenticate(request: IncomingMessage, url: URL, account: Account): void {
  const given = readAccount(request, url);
  const isUser = isSame(given.user, account.user);
  const isPassword = isSame(given.password, account.password);
  if (isUser && isPassword) return;
  throw ClickHouseException.of(
    516,
    'AUTHENTICATION_FAILED',
    `${given.user}: Authentication failed: password is incorrect, or there is no user with such name.`,
  );
}

function readAccount(request: IncomingMessage, url: URL): Account {
  const basic = /^Basic\s+(\S+)$/i.exec(request.headers.authorization ?? '');
  if (basic?.[1] !== undefined) {
    const [user = '', ...rest] = Buffer.from(basic[1], 'base64').toString('utf8').split(':');
    return { user, password: rest.join(':') };
  }
  const user = request.headers['x-clickhouse-user'];
  const password = request.headers['x-clickhouse-key'];
  return {
    user: (typeof user === 'string' ? user : url.searchParams.get('user')) ?? 'default',
    password: (typeof password === 'string' ? password : url.searchParams.get('password')) ?? '',
  };
}

function isSame(left: string, right: string): boolean {
  return timingSafeEqual(digest(left), digest(right));
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
