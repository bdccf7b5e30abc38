import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { anthropicWire } from './anthropic/anthropic-wire.ts';
import { bedrockWire } from './bedrock/bedrock-wire.ts';
import { parseBehaviour, type Behaviour } from './behaviours/behaviour.ts';
import { BehaviourStore } from './behaviours/behaviour-store.ts';
import { controlWire } from './control/control-wire.ts';
import type { Simulation } from './http/call.ts';
import { createHttpServer } from './http/http-server.ts';
import { geminiWire } from './gemini/gemini-wire.ts';
import { Journal } from './journal/journal.ts';
import { toEntry, type JournalEntry, type JournalSummary } from './journal/journal-entry.ts';
import { openAiWire } from './openai/openai-wire.ts';
import { responsesWire } from './responses/responses-wire.ts';

const usualHost = '127.0.0.1';
const usualBodyLimitBytes = 64 * 1024 * 1024;
const usualJournalCapacity = 200_000;

export interface SimulatorOptions {
  /** 0 means any free one. */
  readonly port: number;
  /** Loopback unless said otherwise. */
  readonly host?: string;
  /** Milliseconds since 1970; what the journal and the answers say. */
  readonly now?: () => number;
  /** Larger bodies are answered with 413; 64 MiB unless said otherwise. */
  readonly bodyLimitBytes?: number;
  /** How many requests the journal holds one by one; 200,000 unless said otherwise. */
  readonly journalCapacity?: number;
}

export interface Simulator {
  readonly url: string;
  readonly port: number;
  /** Oldest first. */
  journal(): JournalEntry[];
  summary(): JournalSummary;
  /** `*` stands for all models without one of their own. Throws a TypeError that names an unfit field. */
  setBehaviour(model: string, behaviour: Behaviour): void;
  /** Forgets all behaviours and the journal. */
  clear(): void;
  /** Closes all connections, those in use included. */
  stop(): Promise<void>;
}

/** Listens, or rejects with the error of `listen` (`EADDRINUSE`). */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const host = options.host ?? usualHost;
  const simulation = createSimulation(options);
  const server = createHttpServer({
    now: simulation.now,
    bodyLimitBytes: options.bodyLimitBytes ?? usualBodyLimitBytes,
    wires: [
      controlWire(simulation),
      responsesWire(simulation),
      anthropicWire(simulation),
      geminiWire(simulation),
      bedrockWire(simulation),
      openAiWire(simulation),
    ],
  });
  server.listen(options.port, host);
  await once(server, 'listening');
  // A TCP server that listens has an address of this kind.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    journal: () => simulation.journal.list().map(toEntry),
    summary: () => simulation.journal.summary(),
    setBehaviour: (model, behaviour) => setBehaviour(simulation, model, behaviour),
    clear: () => {
      simulation.behaviours.clear();
      simulation.journal.clear();
    },
    stop: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function createSimulation(options: SimulatorOptions): Simulation {
  const now = options.now ?? Date.now;
  const run = now().toString(36);
  let count = 0;
  return {
    behaviours: new BehaviourStore(),
    journal: new Journal(options.journalCapacity ?? usualJournalCapacity),
    now,
    nextId: () => {
      count += 1;
      return `sim${run}${count.toString(36).padStart(8, '0')}`;
    },
  };
}

function setBehaviour(simulation: Simulation, model: string, behaviour: Behaviour): void {
  const parsed = parseBehaviour(behaviour);
  if ('fault' in parsed) throw new TypeError(parsed.fault.message);
  if (!simulation.behaviours.set(model, parsed.behaviour)) {
    throw new RangeError('There are too many behaviours; clear some.');
  }
}
