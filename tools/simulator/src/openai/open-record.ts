import type { Call, Simulation } from '../http/call.ts';
import type { JournalRecord, Operation } from '../journal/journal-entry.ts';
import { credentialHash, credentialOf } from './credential.ts';
import { refusalText, type Refusal } from './refusal.ts';

export interface Opened {
  readonly operation: Operation;
  readonly id: string;
  readonly model: string;
  readonly stream: boolean;
  readonly promptTokens: number;
  readonly user?: string | null;
}

export function openRecord(call: Call, simulation: Simulation, opened: Opened): JournalRecord {
  const { headers } = call.request;
  const requestId = headers['x-request-id'] ?? headers['x-tollgate-request-id'];
  return simulation.journal.open({
    id: opened.id,
    requestId: typeof requestId === 'string' ? requestId : null,
    operation: opened.operation,
    model: opened.model,
    user: opened.user ?? null,
    stream: opened.stream,
    promptTokens: opened.promptTokens,
    receivedAtMs: call.receivedAtMs,
    authorizationHash: credentialHash(credentialOf(call.request)),
  });
}

/** Answers a request that is refused as such, and journals it as failed. */
export function refuseRequest(
  call: Call,
  simulation: Simulation,
  operation: Operation,
  model: unknown,
  refusal: Refusal,
  say: (refusal: Refusal) => string = refusalText,
): void {
  const record = openRecord(call, simulation, {
    operation,
    id: simulation.nextId(),
    model: typeof model === 'string' ? model : '',
    stream: false,
    promptTokens: 0,
  });
  sendRefusal(call, refusal, say);
  record.status = refusal.status;
  record.firstByteAtMs = simulation.now();
  record.endedAtMs = record.firstByteAtMs;
  simulation.journal.settle(record, 'failed');
}

export function sendRefusal(
  call: Call,
  refusal: Refusal,
  say: (refusal: Refusal) => string = refusalText,
): void {
  const text = say(refusal);
  call.response.writeHead(refusal.status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  call.response.end(text);
}
