/** A user of NATS and the subjects that it is allowed. */
export interface NatsUser {
  readonly name: string;
  /** The variable that holds its password. */
  readonly passwordVariable: string;
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

const USER =
  /user: "([^"]+)"\s+password: \$([A-Z_]+)\s+permissions \{\s+publish \{ allow: \[([^\]]*)\] \}\s+subscribe \{ allow: \[([^\]]*)\] \}\s+\}/g;

/** Reads the users out of `users.conf`, which keeps to one form. Throws when a user stands in another. */
export function readNatsUsers(configuration: string): readonly NatsUser[] {
  const text = configuration.replaceAll(/^\s*#.*$/gm, '');
  const users = [...text.matchAll(USER)].map(
    ([, name = '', passwordVariable = '', publish = '', subscribe = '']) => ({
      name,
      passwordVariable,
      publish: quoted(publish),
      subscribe: quoted(subscribe),
    }),
  );
  const said = text.match(/\buser:/g)?.length ?? 0;
  if (users.length !== said) throw new Error(`${said} users, ${users.length} of them understood`);
  return users;
}

/** Whether a pattern of NATS takes in all that the subject, which may be a pattern too, stands for. */
export function covers(pattern: string, subject: string): boolean {
  const wanted = subject.split('.');
  const tokens = pattern.split('.');
  for (const [index, token] of tokens.entries()) {
    if (token === '>') return wanted.length > index;
    const one = wanted[index];
    if (one === undefined || one === '>') return false;
    if (token !== '*' && token !== one) return false;
  }
  return tokens.length === wanted.length;
}

export const mayPublish = (user: NatsUser, subject: string): boolean =>
  user.publish.some((pattern) => covers(pattern, subject));

export const maySubscribe = (user: NatsUser, subject: string): boolean =>
  user.subscribe.some((pattern) => covers(pattern, subject));

const quoted = (text: string): readonly string[] =>
  [...text.matchAll(/"([^"]+)"/g)].map(([, subject = '']) => subject);
