import type { ServerResponse } from 'node:http';
import type { Simulation } from '../http/call.ts';
import type { JournalRecord } from '../journal/journal-entry.ts';
import type { InstantTemplate, InstantUsage } from './instant-template.ts';

const streamHead = { 'content-type': 'text/event-stream; charset=utf-8' };

/** Answers in the same turn of the event loop, so nothing can come between: the record ends here. */
export function sendInstantUnary(
  response: ServerResponse,
  record: JournalRecord,
  template: InstantTemplate,
  usage: InstantUsage,
  simulation: Simulation,
): void {
  const text = template.unary(record.id, usage);
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
  record.status = 200;
  record.completionTokens = usage.completionTokens;
  record.firstByteAtMs = simulation.now();
  record.endedAtMs = record.firstByteAtMs;
  simulation.journal.settle(record, 'finished');
}

/** One chunk in each turn of the event loop, waiting only while the caller does not read. */
export function sendInstantStream(
  response: ServerResponse,
  record: JournalRecord,
  template: InstantTemplate,
  usage: InstantUsage,
  simulation: Simulation,
): void {
  const head = `data: {"id":"${record.id}`;
  const { chunks } = template;
  let sent = 0;
  const step = (): void => {
    if (response.destroyed) return;
    const chunk = chunks[sent];
    if (chunk === undefined) {
      record.completionTokens = usage.completionTokens;
      response.end(template.tail(record.id, usage));
      return;
    }
    const isTaken = response.write(head + chunk);
    sent += 1;
    record.chunksSent = sent;
    record.completionTokens = sent;
    if (isTaken) setImmediate(step);
    else response.once('drain', step);
  };
  response.once('close', () => {
    record.endedAtMs = simulation.now();
    simulation.journal.settle(record, response.writableFinished ? 'finished' : 'aborted');
  });
  response.writeHead(200, streamHead);
  record.status = 200;
  record.firstByteAtMs = simulation.now();
  step();
}
