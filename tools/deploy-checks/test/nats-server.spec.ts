import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { findNatsServer } from '@tollgate/stack';
import { type NatsWithUsers, startNatsWithUsers } from '../src/image/nats-with-users.ts';
import { readNatsUsers } from '../src/nats-users.ts';
import { root } from './root.ts';

const folder = path.join(root, 'deploy/nats');
const users = readNatsUsers(readFileSync(path.join(folder, 'users.conf'), 'utf8'));
const temporary = mkdtempSync(path.join(os.tmpdir(), 'tollgate-nats-users-'));
let nats: NatsWithUsers | undefined;

beforeAll(async () => {
  nats = await startNatsWithUsers(temporary, path.join(folder, 'users.conf'), users);
}, 360_000);

afterAll(async () => {
  await nats?.stop();
  rmSync(temporary, { recursive: true, force: true });
});

describe('nats-server', () => {
  it('takes the configuration', async () => {
    const binary = await findNatsServer(temporary, () => undefined);
    const passwords = users.map(({ passwordVariable }) => [passwordVariable, 'a-password']);
    const env = {
      ...Object.fromEntries(passwords),
      NATS_SERVER_NAME: 'a',
      NATS_SYNC_INTERVAL: 'always',
    };
    const check = (): string =>
      execFileSync(binary, ['-t', '-c', path.join(folder, 'nats-server.conf')], {
        env,
        stdio: 'pipe',
      }).toString();
    const version = execFileSync(binary, ['-v']).toString();
    // Debian 12 ships 2.9, which does not know sync_interval; images carry a current server.
    if (/v2\.9\./.test(version)) expect(check).toThrow(/unknown field "sync_interval"/);
    else expect(check).not.toThrow();
  });

  it.each([
    ['gateway', 'SUB tollgate.inbox.provider-adapter.> 1'],
    ['gateway', 'SUB > 1'],
    ['gateway', 'PUB $KV.tollgate_config.revision 1\r\n1'],
    ['gateway', 'PUB $JS.API.STREAM.DELETE.TOLLGATE_RECORDS 0\r\n'],
    ['routing', 'PUB tollgate.record.request-finished.v1 0\r\n'],
    ['control-plane', 'PUB $JS.API.CONSUMER.MSG.NEXT.TOLLGATE_RECORDS.budget-settlement 0\r\n'],
    ['trace-ingest', 'PUB $JS.ACK.TOLLGATE_RECORDS.budget-settlement.1.1.1.1.1 0\r\n'],
    ['operator', 'SUB tollgate.record.> 1'],
  ])('refuses %s %j', async (user, command) => {
    expect(await answerTo(nats?.urlOf(user) ?? '', command)).toMatch(/Permissions Violation/);
  });

  it.each([
    ['gateway', 'SUB tollgate.inbox.gateway.ins_1.* 1'],
    ['control-plane', 'PUB $KV.tollgate_config.revision 1\r\n1'],
    ['provider-adapter', 'PUB tollgate.record.request-finished.v1 0\r\n'],
    ['routing', 'PUB tollgate.record.circuit-opened.v1 0\r\n'],
    ['control-plane', 'PUB $JS.API.CONSUMER.MSG.NEXT.TOLLGATE_RECORDS.webhooks-failures 0\r\n'],
    ['operator', 'PUB $SRV.PING 0\r\n'],
  ])('takes %s %j', async (user, command) => {
    expect(await answerTo(nats?.urlOf(user) ?? '', command)).not.toMatch(/-ERR/);
  });

  it('refuses a wrong password', async () => {
    const url = (nats?.urlOf('gateway') ?? '').replace('secret-of', 'guess-of');
    expect(await answerTo(url, 'PING')).toMatch(/Authorization Violation/);
  });
});

/** Speaks the text protocol, so that the server's own words are seen: everything up to the answer to a last ping. */
function answerTo(natsUrl: string, command: string): Promise<string> {
  const { hostname, port, username: user, password: pass } = new URL(natsUrl);
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(port), hostname);
    let heard = '';
    socket.setEncoding('utf8').on('data', (text) => {
      heard += text;
      if (heard.includes('PONG') || heard.includes('Authorization Violation')) socket.end();
    });
    socket.once('error', reject).once('close', () => resolve(heard));
    const connect = JSON.stringify({ user, pass, verbose: false, pedantic: false });
    socket.write(`CONNECT ${connect}\r\n${command}\r\nPING\r\n`);
  });
}
