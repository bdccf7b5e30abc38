import { request as httpRequest, type IncomingMessage } from 'node:http';
import OpenAI, { AzureOpenAI } from 'openai';
import type { JournalEntry, Simulator } from '../src/index.ts';

export const apiKey = 'sk-simulated';

export function clientOf(simulator: Simulator, key = apiKey): OpenAI {
  return new OpenAI({ apiKey: key, baseURL: `${simulator.url}/v1`, maxRetries: 0 });
}

export function azureClientOf(simulator: Simulator, deployment: string): AzureOpenAI {
  const apiVersion = '2024-10-21';
  return new AzureOpenAI({
    apiKey,
    endpoint: simulator.url,
    apiVersion,
    deployment,
    maxRetries: 0,
  });
}

export function userSays(content: string): { role: 'user'; content: string }[] {
  return [{ role: 'user', content }];
}

/** Polls until the last entry of the journal is as wished; fails with what it is after five seconds. */
export async function lastEntry(
  simulator: Simulator,
  isWished: (entry: JournalEntry) => boolean,
): Promise<JournalEntry> {
  const deadline = Date.now() + 5_000;
  for (;;) {
    const entry = simulator.journal().at(-1);
    if (entry !== undefined && isWished(entry)) return entry;
    if (Date.now() > deadline) throw new Error(`Not in time: ${JSON.stringify(entry)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A bare request, with whatever body; the answer's body is left to the caller. */
export function send(
  simulator: Simulator,
  method: string,
  path: string,
  body?: string | Buffer,
  headers: Record<string, string> = { authorization: `Bearer ${apiKey}` },
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${simulator.url}${path}`, { method, headers, agent: false });
    request.once('response', resolve);
    request.once('error', reject);
    request.end(body);
  });
}

export function streamBody(model: string, rest: object = {}): string {
  return JSON.stringify({ model, stream: true, messages: userSays('Hello'), ...rest });
}

/** All bytes until the answer ends, and whether it ended as it should. */
export async function readAll(
  answer: IncomingMessage,
): Promise<{ readonly text: string; readonly isWhole: boolean }> {
  const parts: Buffer[] = [];
  try {
    for await (const part of answer) parts.push(Buffer.from(part));
  } catch {
    return { text: Buffer.concat(parts).toString(), isWhole: false };
  }
  return { text: Buffer.concat(parts).toString(), isWhole: answer.complete };
}

export async function readJson(answer: IncomingMessage): Promise<unknown> {
  return JSON.parse((await readAll(answer)).text);
}

/** How many content chunks a stream holds. */
export function contentChunks(text: string): number {
  return text.split('\n').filter((line) => /"delta":\{"content":"[^"]/.test(line)).length;
}
