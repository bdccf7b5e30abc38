import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OUTBOUND_TRICKS, trickUrl } from '@tollgate/test-harness';
import { Client } from 'undici';
import {
  ForbiddenAddressError,
  guardedConnector,
  guardedGet,
  readUrl,
  type Resolver,
  resolvesToDialable,
} from '../src/index.ts';

const PUBLIC_ONLY = { allowPrivate: false };
const PRIVATE_TOO = { allowPrivate: true };
const PUBLIC = '93.184.216.34';

describe('the guard of outbound calls', () => {
  const servers: Server[] = [];
  let visits = 0;

  afterEach(async () => {
    visits = 0;
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  async function listen(handler: RequestListener = (_, answer) => answer.end('secret')) {
    const server = createServer((request, answer) => {
      visits++;
      handler(request, answer);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  /** Answers with one list of addresses after the other; the last one stays. */
  function resolving(...answers: string[][]): Resolver {
    return (_hostname, _options, callback) => {
      const [next = []] = answers.length > 1 ? answers.splice(0, 1) : answers;
      const addresses = next.map((address) => ({
        address,
        family: address.includes(':') ? 6 : 4,
      }));
      setImmediate(callback, null, addresses);
    };
  }

  async function dial(url: URL, options: { allowPrivate: boolean; resolver?: Resolver }) {
    const { resolver, ...policy } = options;
    const connect = guardedConnector({
      policy,
      timeoutMs: 500,
      ...(resolver ? { resolver } : {}),
    });
    const client = new Client(url.origin, { connect });
    try {
      return await client.request({ method: 'GET', path: '/' });
    } finally {
      await client.destroy();
    }
  }

  it.each(OUTBOUND_TRICKS)('refuses $name, written or dialled', async (trick) => {
    const port = await listen();
    const text = trickUrl(trick, port);
    expect(readUrl(text, PUBLIC_ONLY)).toBeUndefined();
    await expect(resolvesToDialable(new URL(text), PUBLIC_ONLY)).resolves.toBe(false);
    await expect(dial(new URL(text), PUBLIC_ONLY)).rejects.toThrow(ForbiddenAddressError);
    expect(visits).toBe(0);
  });

  it.each(OUTBOUND_TRICKS.filter(({ always }) => always))(
    'refuses $name even where private addresses are allowed',
    async (trick) => {
      const text = trickUrl(trick, await listen());
      expect(readUrl(text, PRIVATE_TOO)).toBeUndefined();
      await expect(dial(new URL(text), PRIVATE_TOO)).rejects.toThrow(ForbiddenAddressError);
      expect(visits).toBe(0);
    },
  );

  it.each(['ftp://1.1.1.1/', 'file:///etc/passwd', 'http://user:pass@1.1.1.1/', 'gopher:1', '//x'])(
    'reads no %s',
    (text) => {
      expect(readUrl(text, PRIVATE_TOO)).toBeUndefined();
    },
  );

  it('dials private addresses where the operator allows them', async () => {
    const port = await listen();
    const answer = await dial(new URL(`http://127.0.0.1:${port}`), PRIVATE_TOO);
    expect(answer.statusCode).toBe(200);
    expect(visits).toBe(1);
  });

  it('refuses a name whose address changes between the check and the connection', async () => {
    const port = await listen();
    const resolver = resolving([PUBLIC], ['127.0.0.1']);
    const url = new URL(`http://rebinding.example:${port}`);
    await expect(resolvesToDialable(url, PUBLIC_ONLY, resolver)).resolves.toBe(true);
    const dialled = dial(url, { ...PUBLIC_ONLY, resolver });
    await expect(dialled).rejects.toThrow(ForbiddenAddressError);
    expect(visits).toBe(0);
  });

  it.each([['127.0.0.1'], ['::1'], ['64:ff9b::7f00:1'], ['::ffff:127.0.0.1'], ['169.254.169.254']])(
    'refuses a name that resolves to %s',
    async (address) => {
      const port = await listen();
      const url = new URL(`http://inside.example:${port}`);
      const resolver = resolving([address]);
      await expect(resolvesToDialable(url, PUBLIC_ONLY, resolver)).resolves.toBe(false);
      const dialled = dial(url, { ...PUBLIC_ONLY, resolver });
      await expect(dialled).rejects.toThrow(ForbiddenAddressError);
      expect(visits).toBe(0);
    },
  );

  it('lets a name pass that does not resolve now: what is dialled is checked again', async () => {
    const failing: Resolver = (_host, _options, callback) =>
      callback(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), []);
    const url = new URL('http://elsewhere.example');
    await expect(resolvesToDialable(url, PUBLIC_ONLY, failing)).resolves.toBe(true);
  });

  describe('a GET that follows redirects', () => {
    const get = (url: string, maxRedirects = 3) =>
      guardedGet(url, (text) => readUrl(text, PRIVATE_TOO), {
        connect: guardedConnector({ policy: PRIVATE_TOO, timeoutMs: 500 }),
        headers: {},
        maxBytes: 1_000,
        maxRedirects,
        idleMs: 500,
        signal: AbortSignal.timeout(5_000),
      });

    it.each(OUTBOUND_TRICKS.filter(({ always }) => always))(
      'does not follow one to $name',
      async (trick) => {
        const inside = await listen();
        const port = await listen((_request, answer) => {
          answer.writeHead(302, {
            location: trickUrl(trick, inside).replaceAll(/[^\x21-\x7e]/g, encodeURIComponent),
          });
          answer.end();
        });
        const outcome = await get(`http://127.0.0.1:${port}/`);
        expect(outcome).toEqual({ ok: false, refusal: 'forbidden' });
        expect(visits).toBe(1);
      },
    );

    it('follows three, not four, relative ones too', async () => {
      const port = await listen((request, answer) => {
        const left = Number(request.url?.slice(1));
        if (left === 0) return answer.end('there');
        answer.writeHead(307, { location: `/${left - 1}` });
        return answer.end();
      });
      const there = { ok: true, contentType: null, body: Buffer.from('there') };
      expect(await get(`http://127.0.0.1:${port}/3`)).toEqual(there);
      const refused = { ok: false, refusal: 'too_many_redirects' };
      expect(await get(`http://127.0.0.1:${port}/4`)).toEqual(refused);
    });

    it.each<[string, RequestListener, string]>([
      [
        'an announced length',
        (_, answer) => answer.writeHead(200, { 'content-length': 5_000 }).end('x'.repeat(5_000)),
        'too_large',
      ],
      ['a length that nobody announced', (_, answer) => answer.end('x'.repeat(5_000)), 'too_large'],
      [
        'a compressed answer',
        (_, answer) => answer.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
        'refused',
      ],
      ['another status', (_, answer) => answer.writeHead(404).end('x'), 'refused'],
      [
        'a redirect to nowhere',
        (_, answer) => answer.writeHead(302, { location: 'http://' }).end(),
        'forbidden',
      ],
      ['a redirect without a target', (_, answer) => answer.writeHead(302).end(), 'refused'],
      ['a connection that breaks', (_, answer) => answer.destroy(), 'unreachable'],
      ['silence', () => undefined, 'unreachable'],
    ])('is refused by %s', async (_name, handler, refusal) => {
      const port = await listen(handler);
      expect(await get(`http://127.0.0.1:${port}/`)).toEqual({ ok: false, refusal });
    });

    it('ends at once when nobody waits for it any more', async () => {
      const port = await listen(() => undefined);
      const aborter = new AbortController();
      const got = guardedGet(`http://127.0.0.1:${port}/`, (text) => readUrl(text, PRIVATE_TOO), {
        connect: guardedConnector({ policy: PRIVATE_TOO, timeoutMs: 500 }),
        headers: {},
        maxBytes: 1_000,
        maxRedirects: 3,
        idleMs: 60_000,
        signal: aborter.signal,
      });
      setTimeout(() => aborter.abort(), 20);
      expect(await got).toEqual({ ok: false, refusal: 'aborted' });
    });
  });
});
