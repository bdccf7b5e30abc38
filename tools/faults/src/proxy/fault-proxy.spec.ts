import { once } from 'node:events';
import net from 'node:net';
import { FaultProxy } from './fault-proxy.ts';

describe('the fault proxy', () => {
  let echo: net.Server;
  let proxy: FaultProxy;
  const sockets: net.Socket[] = [];

  beforeAll(async () => {
    echo = net.createServer((socket) => {
      socket.on('error', () => undefined);
      socket.pipe(socket);
    });
    echo.listen(0, '127.0.0.1');
    await once(echo, 'listening');
    const address = echo.address();
    if (typeof address !== 'object' || address === null) throw new Error('no address');
    proxy = await FaultProxy.start(address.port);
  });
  afterEach(() => {
    proxy.set({ kind: 'open' });
    for (const socket of sockets.splice(0)) socket.destroy();
  });
  afterAll(async () => {
    await proxy.stop();
    echo.close();
  });

  async function connect(): Promise<net.Socket> {
    const socket = net.connect({ port: proxy.port, host: '127.0.0.1' });
    sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  }

  async function read(socket: net.Socket, length: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for await (const part of socket.iterator({ destroyOnReturn: false })) {
      parts.push(part);
      if (Buffer.concat(parts).length >= length) break;
    }
    return Buffer.concat(parts);
  }

  const sent = Buffer.from(Array.from({ length: 300_000 }, (_, place) => place % 251));

  it('passes every byte on, in order, also over a slow link', async () => {
    for (const conditions of [
      { kind: 'open' } as const,
      { kind: 'slow', latencyMs: 20, bytesPerSecond: 2_000_000 } as const,
    ]) {
      proxy.set(conditions);
      const socket = await connect();
      socket.write(sent);
      expect((await read(socket, sent.length)).equals(sent)).toBe(true);
    }
  });

  it('makes answers late by the latency of both ways', async () => {
    proxy.set({ kind: 'slow', latencyMs: 50, bytesPerSecond: 1_000_000 });
    const socket = await connect();
    const began = performance.now();
    socket.write('hello');
    await read(socket, 5);
    expect(performance.now() - began).toBeGreaterThanOrEqual(95);
  });

  it('holds bytes back while it is cut off, and delivers them afterwards', async () => {
    const socket = await connect();
    proxy.set({ kind: 'cut-off' });
    socket.write('held');
    const other = await connect();
    other.write('too');
    let arrived = '';
    socket.on('data', (bytes) => {
      arrived += String(bytes);
    });
    const direct = net.connect((echo.address() as net.AddressInfo).port, '127.0.0.1');
    sockets.push(direct);
    direct.write('direct');
    await once(direct, 'data');
    expect(arrived).toBe('');
    proxy.set({ kind: 'open' });
    await once(socket, 'data');
    expect(arrived).toBe('held');
  });

  it('resets open connections, and takes new ones', async () => {
    const socket = await connect();
    socket.write('hello');
    await once(socket, 'data');
    const failed = once(socket, 'error');
    proxy.reset();
    expect((await failed)[0]).toMatchObject({ code: 'ECONNRESET' });
    const again = await connect();
    again.write('again');
    expect(String((await once(again, 'data'))[0])).toBe('again');
  });

  it('hands the end of a connection on', async () => {
    const socket = await connect();
    socket.end('bye');
    expect(String(await read(socket, 3))).toBe('bye');
    await once(socket, 'close');
  });
});
