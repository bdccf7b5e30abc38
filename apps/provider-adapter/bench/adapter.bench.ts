import { type Worker as UpstreamWorker, Worker } from 'node:worker_threads';
import { Pool } from 'undici';
import type { ClientCall } from '../src/application/call-parts.ts';
import { TestAdapter } from '../test/support/adapter.ts';
import { candidateOf, contextOf, headerOf } from '../test/support/fake-call.ts';

/** Calls at once. */
const OPEN = 8;
const context = contextOf([candidateOf('aip_a')]);
const draw = { grantId: 'grt_1', amounts: { costPicoUsd: '1234567', tokens: 900, requests: 1 } };

/** A provider without delay, in a thread of its own: its time is not counted. */
const UPSTREAM = `
const { createServer } = require('node:http');
const { parentPort } = require('node:worker_threads');
const chunk = (content, finish) => 'data: ' + JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1700000000, model: 'gpt-4o-mini', choices: [{ index: 0, delta: { content }, finish_reason: finish }] }) + '\\n\\n';
const usage = { prompt_tokens: 120, completion_tokens: 80, total_tokens: 200 };
const chunks = Array.from({ length: 50 }, () => chunk('Hello ', null));
chunks.push(chunk('', 'stop'), 'data: ' + JSON.stringify({ choices: [], usage }) + '\\n\\ndata: [DONE]\\n\\n');
const whole = JSON.stringify({ id: 'c', model: 'gpt-4o-mini', choices: [{ index: 0, message: { role: 'assistant', content: 'Hello! '.repeat(40) }, finish_reason: 'stop' }], usage });
createServer((request, response) => {
  let body = '';
  request.on('data', (bytes) => { body += bytes; });
  request.on('end', () => {
    if (!body.includes('"stream":true')) return response.setHeader('content-type', 'application/json').end(whole);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    let next = 0;
    const write = () => { response.write(chunks[next++]); if (next < chunks.length) setImmediate(write); else response.end(); };
    write();
  });
}).listen(0, '127.0.0.1', function () { parentPort.postMessage(this.address().port); });
`;

function bodyOf(stream: boolean): Buffer {
  const messages = [{ role: 'user', content: 'Say hello to the world. '.repeat(20) }];
  return Buffer.from(JSON.stringify({ model: 'gpt-4o-mini', messages, ...(stream && { stream }) }));
}

function callOf(stream: boolean, body: Buffer, whenDone: () => void): ClientCall {
  return {
    header: headerOf({ stream, draw, outputCap: 4_096 }),
    context,
    body,
    deadlineAt: Date.now() + 60_000,
    head: () => undefined,
    data: () => true,
    end: whenDone,
    fail: (failure) => {
      throw new Error(failure.code);
    },
    onDrain: () => undefined,
    onCancel: () => undefined,
  };
}

function throughAdapter(adapter: TestAdapter, stream: boolean, count: number): Promise<void> {
  const body = bodyOf(stream);
  return new Promise((resolve) => {
    let left = count;
    let open = OPEN;
    const next = (): void => {
      if (left-- > 0) adapter.calls.take(callOf(stream, body, next));
      else if (--open === 0) resolve();
    };
    for (let i = 0; i < OPEN; i++) next();
  });
}

async function throughUndici(pool: Pool, stream: boolean, count: number): Promise<void> {
  const body = bodyOf(stream);
  const headers = { 'content-type': 'application/json', authorization: 'Bearer x' };
  let left = count;
  const one = async (): Promise<void> => {
    while (left-- > 0) {
      const path = '/v1/chat/completions';
      const answer = await pool.request({ method: 'POST', path, headers, body });
      if (stream) await answer.body.dump({ limit: 1_000_000 });
      else JSON.parse(Buffer.from(await answer.body.arrayBuffer()).toString());
    }
  };
  await Promise.all(Array.from({ length: OPEN }, one));
}

/** Milliseconds of this thread's CPU for each call. */
async function cost(run: (count: number) => Promise<void>, count: number): Promise<string> {
  await run(count / 4);
  const before = process.threadCpuUsage();
  await run(count);
  const { user, system } = process.threadCpuUsage(before);
  return ((user + system) / 1_000 / count).toFixed(4);
}

async function main(): Promise<void> {
  const upstream: UpstreamWorker = new Worker(UPSTREAM, { eval: true });
  const port = await new Promise<number>((resolve) => upstream.once('message', resolve));
  const url = `http://127.0.0.1:${port}`;
  const adapter = new TestAdapter();
  adapter.keepsRecords = false;
  adapter.connect('aip_a', { baseUrl: `${url}/v1` });
  const pool = new Pool(url, { connections: 64 });
  const rows: Record<string, Record<string, string>> = {};
  for (const [name, stream, count] of [
    ['unary', false, 10_000],
    ['streamed, 50 chunks', true, 1_000],
  ] as const) {
    await throughUndici(pool, stream, count / 4);
    rows[name] = {
      'undici, ms': await cost((n) => throughUndici(pool, stream, n), count),
      'adapter, ms': await cost((n) => throughAdapter(adapter, stream, n), count),
    };
  }
  console.table(rows);
  await adapter.stop();
  await pool.close();
  await upstream.terminate();
}

void main();
