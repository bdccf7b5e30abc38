import { mkdtempSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type DevFacts, startInstallation } from '@tollgate/launch';
import { removeStackHome } from '@tollgate/stack';
import pg from 'pg';
import { anthropicKey } from './bench-keys.ts';
import { requestBody } from './measure.ts';
import { memoryMiB } from './processes.ts';

const COPY_TIMEOUT_MS = 300_000;
const MOST_MEDIAN_MS = 10;
/** What the gateway may grow by: its cache of config is bounded at 256 MiB of text, apart from parsed values. */
const MOST_GROWTH_MIB = 512;

/**
 * Makes copies of a key, uses a tenth of them once and then once more, and watches the gateway's memory. Answers what
 * was not as it must be: a median above 10 ms for the first request on a cold key, or memory without a bound.
 */
export async function manyKeys(root: string, count: number): Promise<readonly string[]> {
  const home = mkdtempSync(path.join(tmpdir(), 'tollgate-bench-'));
  const ports = { gatewayPort: 0, controlPlanePort: 0, simulatorPort: 0 };
  const options = {
    mode: 'distributed',
    fresh: false,
    home,
    configFile: undefined,
    ...ports,
  } as const;
  const installation = await startInstallation(root, options, {}, (line) =>
    process.stderr.write(`${line}\n`),
  );
  try {
    return await measure(installation.facts, count);
  } finally {
    await installation.stop();
    removeStackHome(home);
  }
}

async function measure(facts: DevFacts, count: number): Promise<readonly string[]> {
  const gateway = Object.entries(facts.pids).flatMap(([name, pid]) =>
    name.startsWith('gateway') ? [pid] : [],
  );
  const client = new KeyClient(facts.gatewayUrl);
  try {
    const original = await anthropicKey(facts);
    await client.ask(original);
    const publishedMs = await copyKeys(facts, original, count, client);
    process.stdout.write(`${count} keys published after ${(publishedMs / 1_000).toFixed(1)} s\n`);
    const active = Math.ceil(count / 10);
    const before = memoryMiB(gateway);
    const cold = await client.askAll(active);
    const warm = await client.askAll(active);
    const after = memoryMiB(gateway);
    process.stdout.write(`first request of ${active} keys: ${percentiles(cold)}\n`);
    process.stdout.write(`second request: ${percentiles(warm)}\n`);
    process.stdout.write(`gateway: ${before.toFixed(0)} MiB, then ${after.toFixed(0)} MiB\n`);
    const median = percentile(cold, 0.5);
    return [
      ...(median <= MOST_MEDIAN_MS ? [] : [`a cold key takes ${median.toFixed(1)} ms`]),
      ...(after - before <= MOST_GROWTH_MIB ? [] : ['the gateway grew without a bound']),
    ];
  } finally {
    client.close();
  }
}

/** Gives the key a hard limit, so that each copy needs a grant of its own, copies it by SQL, has all keys published, and waits for the last one to work. */
async function copyKeys(
  facts: DevFacts,
  original: string,
  count: number,
  client: KeyClient,
): Promise<number> {
  const database = new pg.Client({ connectionString: facts.postgresUrl });
  await database.connect();
  try {
    const { rows } = await database.query<{ readonly columns: string }>(
      `SELECT string_agg(quote_ident(column_name), ', ') AS columns FROM information_schema.columns
       WHERE table_schema = 'control_plane' AND table_name = 'keys' AND column_name NOT IN ('id', 'key_hash')`,
    );
    const columns = rows[0]?.columns ?? '';
    await database.query('BEGIN');
    await database.query(
      `UPDATE control_plane.keys SET rate_limit = 6000
       WHERE key_hash = encode(sha256(convert_to($1, 'UTF8')), 'hex')`,
      [original],
    );
    await database.query(
      `INSERT INTO control_plane.keys (id, key_hash, ${columns})
       SELECT 'key_bench' || n, encode(sha256(convert_to('tg_live_bench' || n, 'UTF8')), 'hex'), ${columns}
       FROM generate_series(0, $1::int - 1) AS n,
         (SELECT * FROM control_plane.keys WHERE key_hash = encode(sha256(convert_to($2, 'UTF8')), 'hex')) AS original`,
      [count, original],
    );
    await database.query(
      `WITH next AS (UPDATE control_plane.config_revision SET revision = revision + 1 RETURNING revision)
       INSERT INTO control_plane.outbox (revision, touched) SELECT revision, '["keys-of-everyone"]' FROM next`,
    );
    await database.query('COMMIT');
    const startedAt = performance.now();
    for (;;) {
      const { rows: waiting } = await database.query(
        'SELECT 1 FROM control_plane.outbox WHERE published_at IS NULL',
      );
      if (waiting.length === 0) break;
      if (performance.now() - startedAt > COPY_TIMEOUT_MS)
        throw new Error('keys were not published');
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    await client.ask(textOf(count - 1));
    return performance.now() - startedAt;
  } finally {
    await database.end();
  }
}

const textOf = (n: number): string => `tg_live_bench${n}`;

/** Asks one thing with many keys. */
class KeyClient {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });
  private readonly gatewayUrl: string;

  constructor(gatewayUrl: string) {
    this.gatewayUrl = gatewayUrl;
  }

  /** Milliseconds of a request with each of the first keys, in ascending order. One after the other: nothing waits. */
  async askAll(count: number): Promise<readonly number[]> {
    const durations: number[] = [];
    for (let n = 0; n < count; n++) durations.push(await this.ask(textOf(n)));
    return durations.toSorted((a, b) => a - b);
  }

  ask(text: string): Promise<number> {
    const startedAt = performance.now();
    return new Promise((resolve, reject) => {
      const asked = request(
        `${this.gatewayUrl}/v1/chat/completions`,
        {
          method: 'POST',
          agent: this.agent,
          headers: { authorization: `Bearer ${text}`, 'content-type': 'application/json' },
        },
        (response) => {
          response.resume();
          response.on('end', () => {
            if (response.statusCode === 200) resolve(performance.now() - startedAt);
            else reject(new Error(`${text}: ${response.statusCode}`));
          });
        },
      );
      asked.on('error', reject);
      asked.end(requestBody('unary'));
    });
  }

  close(): void {
    this.agent.destroy();
  }
}

function percentiles(sorted: readonly number[]): string {
  const show = (part: number): string => `${percentile(sorted, part).toFixed(2)} ms`;
  return `p50 ${show(0.5)}, p90 ${show(0.9)}, p99 ${show(0.99)}`;
}

function percentile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}
