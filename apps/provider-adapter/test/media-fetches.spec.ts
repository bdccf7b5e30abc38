import { GuardedMedia } from '../src/adapters/guarded-media.ts';
import { MEDIA_LIMITS, MediaFetches, type MediaLimits } from '../src/application/media-fetches.ts';
import {
  type MediaReply,
  type MediaServer,
  PNG,
  startMediaServer,
} from './support/media-server.ts';
import { eventually } from './support/adapter.ts';

describe('files by URL', () => {
  let server: MediaServer;
  const never = new AbortController().signal;

  beforeEach(async () => {
    server = await startMediaServer();
  });
  afterEach(() => server.close());

  const fetches = (limits: Partial<MediaLimits> = {}): MediaFetches =>
    new MediaFetches(new GuardedMedia({ allowPrivate: true }), { ...MEDIA_LIMITS, ...limits });
  const urls = (count: number): string[] =>
    Array.from({ length: count }, (_, index) => `${server.url}/${index}.png`);

  it('come as base64 with the type that their bytes show', async () => {
    server.on('/doc', (response) =>
      response.writeHead(200, { 'content-type': 'application/octet-stream' }).end('%PDF-1.7'),
    );
    server.on('/there', (response) => response.writeHead(302, { location: '/doc' }).end());
    const wanted = [`${server.url}/a.png`, `${server.url}/there`];
    const found = await fetches().fetch(wanted, never);
    expect(found).toEqual({
      ok: true,
      value: new Map([
        [wanted[0], { mediaType: 'image/png', base64: PNG.toString('base64') }],
        [
          wanted[1],
          { mediaType: 'application/pdf', base64: Buffer.from('%PDF-1.7').toString('base64') },
        ],
      ]),
    });
  });

  it.each<[string, MediaReply, string]>([
    ['a page', (r) => r.writeHead(200, { 'content-type': 'image/png' }).end('<html>'), 'no image'],
    ['404', (r) => r.writeHead(404).end(PNG), 'did not answer with the file'],
    ['a bomb', (r) => r.writeHead(200, { 'content-encoding': 'gzip' }).end('x'), 'did not answer'],
    ['too many bytes', (r) => r.end(Buffer.concat([PNG, Buffer.alloc(2_000)])), 'too large'],
    ['silence', () => undefined, 'too long'],
    ['bytes that never end', (r) => r.write(PNG), 'too long'],
    [
      'redirects without end',
      (r) => r.writeHead(302, { location: '/bad' }).end(),
      'redirects too often',
    ],
    [
      'a redirect to the metadata service',
      (r) => r.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data' }).end(),
      'may not be called',
    ],
  ])('are refused by name when one of them is %s', async (_name, reply, reason) => {
    server.on('/bad', reply);
    const wanted = [`${server.url}/good`, `${server.url}/bad`];
    const found = await fetches({ urlMs: 100, bytesPerUrl: 1_000 }).fetch(wanted, never);
    expect(found).toMatchObject({
      ok: false,
      failure: { code: 'request.unsupported_by_provider', param: 'messages' },
    });
    const message = found.ok ? '' : found.failure.message;
    expect(message).toContain('URL 2 of 2');
    expect(message).toContain(reason);
    expect(message).not.toContain(server.url);
  });

  it('are bounded: in number, in bytes together, and at once', async () => {
    const many = await fetches({ urlsPerCall: 3 }).fetch(urls(4), never);
    expect(many.ok ? '' : many.failure.message).toContain('more than 3 URLs');
    expect(server.seen).toHaveLength(0);
    const heavy = await fetches({ bytesPerCall: PNG.length * 5 }).fetch(urls(6), never);
    expect(heavy.ok ? '' : heavy.failure.message).toMatch(/too large/);
    expect((await fetches().fetch(urls(12), never)).ok).toBe(true);
    expect(server.mostOpen()).toBeLessThanOrEqual(MEDIA_LIMITS.atOncePerCall);
  });

  it('make calls wait for each other, and turn away those for whom there is no room', async () => {
    let release: (() => void)[] = [];
    server.on('/slow', (response) => release.push(() => response.end(PNG)));
    const bounded = fetches({ callsAtOnce: 1, callsWaiting: 1 });
    const one = bounded.fetch([`${server.url}/slow`], never);
    const two = bounded.fetch([`${server.url}/slow`], never);
    const three = await bounded.fetch([`${server.url}/slow`], never);
    expect(three).toMatchObject({ ok: false, failure: { code: 'gateway.overloaded' } });
    for (let turn = 0; turn < 2; turn++) {
      await eventually(() => release[0]);
      expect(release).toHaveLength(1);
      release[0]?.();
      release = [];
    }
    expect((await one).ok && (await two).ok).toBe(true);
    expect((await bounded.fetch([`${server.url}/a.png`], never)).ok).toBe(true);
  });

  it('leave the queue with their caller', async () => {
    server.on('/slow', () => undefined);
    const bounded = fetches({ callsAtOnce: 1, callsWaiting: 1 });
    const first = new AbortController();
    const second = new AbortController();
    const one = bounded.fetch([`${server.url}/slow`], first.signal);
    const two = bounded.fetch([`${server.url}/slow`], second.signal);
    second.abort();
    expect(await two).toMatchObject({ ok: false });
    const three = bounded.fetch([`${server.url}/a.png`], never);
    first.abort();
    expect(await one).toMatchObject({ ok: false });
    expect((await three).ok).toBe(true);
  });

  it('end at once when the caller goes', async () => {
    let closed = false;
    server.on('/slow', (response) => response.once('close', () => (closed = true)));
    const aborter = new AbortController();
    const found = fetches().fetch([`${server.url}/slow`], aborter.signal);
    await eventually(() => server.seen[0]);
    aborter.abort();
    expect(await found).toMatchObject({ ok: false });
    await eventually(() => closed || undefined);
  });
});
