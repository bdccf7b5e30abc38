import { HttpConnection } from './http-connection.ts';

/** How to load one system. */
export interface Load {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly connections: number;
  readonly durationMs: number;
  /** What a right answer ends with, chunk framing aside. */
  readonly expectedTail: string;
}

export interface LoadResult {
  readonly requests: number;
  readonly wrong: number;
  /** The first wrong answer, for people. */
  readonly firstWrong: string;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Keeps every connection busy with one request at a time until the time is over. */
export async function runLoad(load: Load): Promise<LoadResult> {
  const url = new URL(load.url);
  const request = requestBytes(url, load);
  const latencies: number[] = [];
  let wrong = 0;
  let firstWrong = '';
  const connections = await Promise.all(
    Array.from({ length: load.connections }, () => HttpConnection.open(url)),
  );
  const began = performance.now();
  const end = began + load.durationMs;
  await Promise.all(
    connections.map(async (connection) => {
      for (let at = performance.now(); at < end; ) {
        const answer = await connection.send(request);
        const now = performance.now();
        latencies.push(now - at);
        at = now;
        if (answer.status !== 200 || !answer.tail.includes(load.expectedTail)) {
          wrong++;
          firstWrong ||= `${answer.status} … ${answer.tail}`;
        }
      }
      connection.close();
    }),
  );
  latencies.sort((a, b) => a - b);
  return {
    requests: latencies.length,
    wrong,
    firstWrong,
    seconds: (performance.now() - began) / 1000,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
  };
}

function requestBytes(url: URL, load: Load): Buffer {
  const head = [
    `POST ${url.pathname} HTTP/1.1`,
    `host: ${url.host}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(load.body)}`,
    ...Object.entries(load.headers).map(([name, value]) => `${name}: ${value}`),
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${load.body}`);
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
