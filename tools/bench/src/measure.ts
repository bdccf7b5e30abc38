import type { LoadGenerator } from './child.ts';
import type { BenchOptions, LoadKind } from './options.ts';
import { cpuMs, peakMemoryMiB } from './processes.ts';
import type { System } from './systems.ts';
import type { Row } from './table.ts';

export interface Measured {
  readonly rows: readonly Row[];
  readonly problems: readonly string[];
}

/** The simulator answers this model from prepared bytes: 120 tokens in, 80 out, or 50 chunks. */
export const BENCH_MODEL = 'bench-instant';
const RECORDS_WITHIN_MS = 60_000;

/** Runs every load against the system, and then waits until each request that was answered is on record, once. */
export async function measureSystem(
  system: System,
  client: LoadGenerator,
  options: BenchOptions,
): Promise<Measured> {
  const rows: Row[] = [];
  const problems: string[] = [];
  let answered = 0;
  for (const kind of options.kinds) {
    if (system.kinds && !system.kinds.includes(kind)) continue;
    for (const connections of options.connections) {
      const load = {
        url: system.url,
        headers: system.headers,
        body: requestBody(kind),
        connections,
        expectedTail: kind === 'unary' ? '"total_tokens":200' : 'data: [DONE]',
      };
      const warmUp = await client.run({ ...load, durationMs: options.warmUpMs });
      const before = cpuByProcess(system);
      const result = await client.run({ ...load, durationMs: options.durationMs });
      const spent = cpuSince(before, system, result.requests);
      answered += warmUp.requests + result.requests - warmUp.wrong - result.wrong;
      const wrong = warmUp.wrong + result.wrong;
      if (wrong) {
        const [example = ''] = (result.firstWrong || warmUp.firstWrong).split('\r\n');
        const text = `${system.name}, ${kind}, ${connections}: ${wrong} wrong answers, e.g. ${example}`;
        // Another gateway's wrong answers stand in the table; only ours are our problem.
        if (system.countRecords) problems.push(text);
        else process.stderr.write(`${text}\n`);
      }
      rows.push({
        system: system.name,
        kind,
        connections,
        requestsPerSecond: result.requests / result.seconds,
        p50Ms: result.p50Ms,
        p99Ms: result.p99Ms,
        cpuMs: sum(spent, Object.keys(system.processes())),
        cpuRatio: null,
        p50Ratio: null,
        storeCpuMs: sum(spent, Object.keys(system.stores())),
        peakMiB: peakMemoryMiB(Object.values(system.processes())),
        requests: result.requests,
        wrong,
      });
      process.stderr.write(
        `${system.name}, ${kind}, ${connections} connections: ${(result.requests / result.seconds).toFixed(0)} requests/s; CPU ${describe(spent)}\n`,
      );
    }
  }
  problems.push(...(await missingRecords(system, answered)));
  return { rows, problems };
}

export function requestBody(kind: LoadKind): string {
  return JSON.stringify({
    model: BENCH_MODEL,
    messages: [
      {
        role: 'system',
        content: 'You are a helpful assistant that answers briefly and to the point.',
      },
      {
        role: 'user',
        content: 'Say hello in as many words as you like, but not in more than eighty.',
      },
    ],
    ...(kind === 'streamed' ? { stream: true, stream_options: { include_usage: true } } : {}),
  });
}

/** Waits until each answered request is on record; says what is missing, if anything is. */
export async function missingRecords(system: System, answered: number): Promise<readonly string[]> {
  if (!system.countRecords) return [];
  const end = Date.now() + RECORDS_WITHIN_MS;
  for (;;) {
    const { stored, settled } = await system.countRecords();
    if (stored === answered && settled === answered) {
      process.stderr.write(
        `${system.name}: all ${answered} requests are stored once and settled once\n`,
      );
      return [];
    }
    if (Date.now() > end) {
      return [
        `${system.name}: ${answered} requests were answered, ${stored} are stored, ${settled} settled`,
      ];
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

type ByProcess = Readonly<Record<string, number>>;

/** Processor time so far of each process with all that descends from it, milliseconds. */
function cpuByProcess(system: System): ByProcess {
  const all = { ...system.processes(), ...system.stores() };
  return Object.fromEntries(Object.entries(all).map(([name, pid]) => [name, cpuMs([pid])]));
}

/** Milliseconds a request since `before`. */
function cpuSince(before: ByProcess, system: System, requests: number): ByProcess {
  const now = cpuByProcess(system);
  return Object.fromEntries(
    Object.entries(now).map(([name, ms]) => [name, (ms - (before[name] ?? 0)) / requests]),
  );
}

function sum(spent: ByProcess, names: readonly string[]): number {
  return names.reduce((total, name) => total + (spent[name] ?? 0), 0);
}

function describe(spent: ByProcess): string {
  return Object.entries(spent)
    .map(([name, ms]) => `${name} ${ms.toFixed(3)}`)
    .join(', ');
}
