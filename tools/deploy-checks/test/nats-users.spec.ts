import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type AnyMessage, CATALOGUE, type ServiceName } from '@tollgate/contracts';
import { covers, mayPublish, maySubscribe, readNatsUsers } from '../src/nats-users.ts';
import { SERVICES } from '../src/settings.ts';
import { root } from './root.ts';

const users = readNatsUsers(readFileSync(path.join(root, 'deploy/nats/users.conf'), 'utf8'));
const userOf = (name: string) => {
  const found = users.find((user) => user.name === name);
  if (!found) throw new Error(`no user ${name}`);
  return found;
};
const messages: readonly AnyMessage[] = Object.values(CATALOGUE) as readonly AnyMessage[];
const inbox = (service: string) => `tollgate.inbox.${service}.ins_1.a`;

describe('the users of NATS', () => {
  it('are the services, and the operator', () => {
    expect(users.map((user) => user.name).sort()).toEqual([...SERVICES, 'operator'].sort());
  });

  it('are known by a variable each', () => {
    for (const { name, passwordVariable } of users)
      expect(passwordVariable).toBe(`NATS_${name.toUpperCase().replaceAll('-', '_')}_PASSWORD`);
  });

  it.each(messages.map((message) => [message.subject, message] as const))(
    'carry %s',
    (subject, message) => {
      const senders = users.filter((user) => mayPublish(user, subject));
      expect(senders.length).toBeGreaterThan(0);
      if (message.kind === 'event' && message.delivery === 'durable') return;
      const listeners = users
        .filter((user) => maySubscribe(user, subject))
        .map((user) => user.name);
      if (message.kind === 'event') return expect(listeners.length).toBeGreaterThan(0);
      // Whoever asks gets its answer, and nobody but the one who answers hears the question.
      expect(listeners).toEqual([message.service]);
      for (const sender of senders)
        expect(mayPublish(userOf(message.service), inbox(sender.name))).toBe(true);
      return undefined;
    },
  );

  it('carry the credit and the cancelling of calls', () => {
    expect(mayPublish(userOf('gateway'), inbox('provider-adapter'))).toBe(true);
    expect(mayPublish(userOf('gateway'), 'tollgate.cancel.provider-adapter.v1')).toBe(true);
    expect(maySubscribe(userOf('provider-adapter'), 'tollgate.cancel.provider-adapter.v1')).toBe(
      true,
    );
  });

  it('cannot listen to the answers of others', () => {
    for (const user of users)
      for (const other of users)
        expect([user.name, other.name, maySubscribe(user, inbox(other.name))]).toEqual([
          user.name,
          other.name,
          user === other,
        ]);
  });

  it('answer discovery in the inbox of the operator, and shared inboxes belong to nobody', () => {
    for (const name of SERVICES) {
      expect(mayPublish(userOf(name), inbox('operator'))).toBe(true);
      expect(maySubscribe(userOf(name), '$SRV.PING')).toBe(true);
      expect(maySubscribe(userOf(name), `$SRV.INFO.${name}.ID`)).toBe(true);
    }
    for (const user of users)
      expect(maySubscribe(user, '_INBOX.x') || mayPublish(user, '_INBOX.x')).toBe(false);
  });

  it('write configuration and records only where that is their work', () => {
    const whoMay = (subject: string) =>
      users.filter((user) => mayPublish(user, subject)).map((user) => user.name as ServiceName);
    expect(whoMay('$KV.tollgate_config.key.abc')).toEqual(['control-plane']);
    expect(whoMay(CATALOGUE.configChanged.subject)).toEqual(['control-plane']);
    // What callers said and were told stands there, if sealed.
    for (const subject of [
      'tollgate.value.org_1.s.prj_1.a',
      '$JS.API.STREAM.CREATE.TOLLGATE_VALUES',
      '$JS.API.STREAM.MSG.GET.TOLLGATE_VALUES',
      '$JS.API.STREAM.PURGE.TOLLGATE_VALUES',
    ])
      expect([subject, whoMay(subject)]).toEqual([subject, ['provider-adapter']]);
    expect(whoMay(CATALOGUE.requestFinished.subject).sort()).toEqual([
      'gateway',
      'provider-adapter',
    ]);
    expect(whoMay(CATALOGUE.circuitOpened.subject)).toEqual(['routing']);
    expect(whoMay('tollgate.dead-letter.webhooks-failures')).toEqual(['control-plane']);
    expect(whoMay('$JS.ACK.TOLLGATE_RECORDS.webhooks-health.1.1.1.1.1')).toEqual(['control-plane']);
    expect(whoMay('tollgate.dead-letter.budget-settlement')).toEqual(['budget']);
    expect(whoMay('tollgate.dead-letter.trace-ingest')).toEqual(['trace-ingest']);
    expect(whoMay('$JS.API.STREAM.DELETE.TOLLGATE_RECORDS')).toEqual([]);
    expect(whoMay('$JS.API.STREAM.PURGE.TOLLGATE_RECORDS')).toEqual([]);
    expect(whoMay('$JS.API.STREAM.UPDATE.TOLLGATE_RECORDS').sort()).toEqual([
      'budget',
      'trace-ingest',
    ]);
    expect(whoMay('$JS.API.CONSUMER.DELETE.TOLLGATE_RECORDS.budget-settlement')).toEqual([]);
  });
});

describe('the user that replays dead letters', () => {
  const file = readFileSync(path.join(root, 'deploy/nats/replay-user.conf'), 'utf8');
  const replay = readNatsUsers(file).find(({ name }) => name === 'replay') ?? nobody();

  it.each([
    CATALOGUE.requestFinished.subject,
    'tollgate.dead-letter.trace-ingest',
    '$JS.API.CONSUMER.MSG.NEXT.TOLLGATE_DEAD_LETTERS.trace-ingest',
    '$JS.ACK.TOLLGATE_DEAD_LETTERS.trace-ingest.1.2.3.4.5',
  ])('may write %s', (subject) => {
    expect(mayPublish(replay, subject)).toBe(true);
  });

  it('is none of the users that are always there, and may change no stream', () => {
    expect(users.map(({ name }) => name)).not.toContain('replay');
    expect(replay.publish.filter((subject) => /CREATE|UPDATE|DELETE|PURGE/.test(subject))).toEqual(
      replay.publish.filter(
        (subject) => /CONSUMER.*TOLLGATE_DEAD_LETTERS/.test(subject) && /CREATE/.test(subject),
      ),
    );
  });

  function nobody(): never {
    throw new Error('the file holds no user "replay"');
  }
});

describe('covers', () => {
  it.each([
    ['a.b', 'a.b', true],
    ['a.*', 'a.b', true],
    ['a.*', 'a', false],
    ['a.*', 'a.b.c', false],
    ['a.>', 'a.b.c', true],
    ['a.>', 'a', false],
    ['a.*', 'a.>', false],
    ['a.>', 'a.*', true],
  ])('%s %s %s', (pattern, subject, expected) => {
    expect(covers(pattern, subject)).toBe(expected);
  });
});
