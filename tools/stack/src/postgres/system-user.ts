import fs from 'node:fs';

/** A user that the server runs as, because Postgres refuses to run as root. */
export interface SystemUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const candidates = ['postgres', 'nobody'];

/** The user to switch to, or undefined where this process is not root and simply runs it. */
export function findServerUser(): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = parsePasswd(fs.readFileSync('/etc/passwd', 'utf8'));
  for (const name of candidates) {
    const user = users.get(name);
    if (user && user.uid !== 0) return user;
  }
  throw new Error('Postgres refuses to run as root, and there is no user postgres or nobody');
}

function parsePasswd(text: string): Map<string, SystemUser> {
  const users = new Map<string, SystemUser>();
  for (const line of text.split('\n')) {
    const [name, , uid, gid] = line.split(':');
    if (name && uid && gid) users.set(name, { name, uid: Number(uid), gid: Number(gid) });
  }
  return users;
}
