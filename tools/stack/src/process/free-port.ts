import net from 'node:net';

/** The usual ports of each server; taken when nobody else holds them. */
export const loopback = '127.0.0.1';

/** True if a server could listen on this loopback port right now. */
export function isPortFree(port: number): Promise<boolean> {
  return listenOnce(port).then(
    () => true,
    () => false,
  );
}

/** A loopback port that nobody listens on; another process may still take it before its use. */
export function findFreePort(): Promise<number> {
  return listenOnce(0);
}

/** The preferred port if it is free, else any free one. */
export async function choosePort(preferred: number): Promise<number> {
  if (preferred !== 0 && (await isPortFree(preferred))) return preferred;
  return findFreePort();
}

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen({ port, host: loopback, exclusive: true }, () => {
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : port;
      server.close(() => resolve(bound));
    });
  });
}
