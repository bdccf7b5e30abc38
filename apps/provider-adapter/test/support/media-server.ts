import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const PNG = Buffer.from('\x89PNG\r\n\x1a\nnot much of an image', 'latin1');

export type MediaReply = (response: ServerResponse, request: IncomingMessage) => void;

export interface MediaServer {
  readonly url: string;
  readonly port: number;
  /** Paths, as they were asked for. */
  readonly seen: string[];
  /** The most requests that were open at the same time. */
  mostOpen(): number;
  on(path: string, reply: MediaReply): void;
  close(): Promise<void>;
}

/** Files by URL, on loopback. Unless told otherwise a path answers with a small PNG. */
export async function startMediaServer(): Promise<MediaServer> {
  const seen: string[] = [];
  const replies = new Map<string, MediaReply>();
  let open = 0;
  let mostOpen = 0;
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    seen.push(path);
    mostOpen = Math.max(mostOpen, ++open);
    response.once('close', () => open--);
    const reply = replies.get(path);
    if (reply) reply(response, request);
    else response.writeHead(200, { 'content-type': 'image/png' }).end(PNG);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    seen,
    mostOpen: () => mostOpen,
    on: (path, reply) => replies.set(path, reply),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
