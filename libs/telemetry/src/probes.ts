import { createServer } from 'node:http';
import type { Registry } from 'prom-client';

/** Each names what must be true for the service to be ready. */
export type ReadinessChecks = Readonly<Record<string, () => boolean>>;

export interface ProbeOptions {
  /** 0 stands for any free port. */
  readonly port: number;
  readonly host: string;
  readonly metrics: Registry;
  readonly checks: ReadinessChecks;
}

export interface Probes {
  readonly url: string;
  stop(): Promise<void>;
}

/** The names of the checks that do not hold. */
export function failingChecks(checks: ReadinessChecks): readonly string[] {
  return Object.entries(checks)
    .filter(([, holds]) => !holds())
    .map(([name]) => name);
}

/** Serves `/healthz` (the process answers), `/readyz` (all checks hold, else 503 with their names) and `/metrics`. */
export async function startProbes(options: ProbeOptions): Promise<Probes> {
  const server = createServer((request, response) => {
    const answer = (status: number, type: string, body: string): void => {
      response.writeHead(status, { 'content-type': type }).end(body);
    };
    switch (request.url?.split('?')[0]) {
      case '/healthz':
        return answer(200, 'application/json', '{"status":"ok"}');
      case '/readyz': {
        const failing = failingChecks(options.checks);
        const body = JSON.stringify({ status: failing.length ? 'not ready' : 'ready', failing });
        return answer(failing.length ? 503 : 200, 'application/json', body);
      }
      case '/metrics':
        options.metrics.metrics().then(
          (text) => answer(200, options.metrics.contentType, text),
          () => answer(500, 'text/plain', 'metrics could not be collected'),
        );
        return;
      default:
        return answer(404, 'application/json', '{"error":"not found"}');
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : options.port;
  return {
    url: `http://${options.host}:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
