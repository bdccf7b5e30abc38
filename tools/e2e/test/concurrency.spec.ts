import { eventually, type JournalEntry } from '../src/index.ts';
import { inBothModes, inMode, type Scene } from './in-both-modes.ts';

/** How many calls the provider had in hand at once, at most. */
function mostAtOnce(journal: readonly JournalEntry[]): number {
  const steps = journal.flatMap(({ receivedAt, endedAt }) => [
    { at: Date.parse(receivedAt), by: 1 },
    { at: endedAt === null ? Number.POSITIVE_INFINITY : Date.parse(endedAt), by: -1 },
  ]);
  // Within a millisecond ends come first: a slot is given on after its call.
  steps.sort((a, b) => a.at - b.at || a.by - b.by);
  let open = 0;
  return steps.reduce((most, { by }) => Math.max(most, (open += by)), 0);
}

/** Makes answers of a model take a while. */
async function slow({ system }: Scene, model: string, delayMs: number): Promise<void> {
  const response = await fetch(`${system.facts().simulatorUrl}/_sim/behaviours/${model}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ delayMs, outputTokens: 1 }),
  });
  if (!response.ok) throw new Error(await response.text());
}

interface Answer {
  readonly status: number;
  readonly code: string | undefined;
  readonly retryAfter: string | null;
}

async function ask(url: string, apiKey: string, model: string): Promise<Answer> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] }),
  });
  const body = (await response.json()) as { readonly error?: { readonly code: string } };
  return {
    status: response.status,
    code: body.error?.code,
    retryAfter: response.headers.get('retry-after'),
  };
}

/** Clients that each send one request after the other. */
async function sendAll(
  clients: number,
  each: number,
  send: (client: number) => Promise<Answer>,
): Promise<readonly (Answer & { readonly client: number })[]> {
  const answers: (Answer & { readonly client: number })[] = [];
  const client = async (place: number): Promise<void> => {
    for (let i = 0; i < each; i++) answers.push({ ...(await send(place)), client: place });
  };
  await Promise.all(Array.from({ length: clients }, (_, place) => client(place)));
  return answers;
}

inBothModes('a limit on concurrency', (scene) => {
  it('is met and never passed, and refuses with a time what cannot wait', async () => {
    const { admin, oracle, system } = scene();
    const model = 'narrow-instant';
    await slow(scene(), model, 700);
    const { key } = await admin.setUp(`narrow-${system.mode}`, { maxConcurrency: 3 });
    const { gatewayUrl } = system.facts();
    const answers = await sendAll(15, 1, () => ask(gatewayUrl, key.key, model));
    const counts = Object.groupBy(answers, ({ status }) => String(status));
    expect(Object.keys(counts).sort()).toEqual(['200', '429']);
    expect(counts['429']?.[0]).toMatchObject({
      status: 429,
      code: 'rate_limit_exceeded',
      retryAfter: '1',
    });
    const journal = await oracle.journal(model);
    expect(journal).toHaveLength(counts['200']?.length ?? 0);
    expect(mostAtOnce(journal)).toBe(3);
  });

  it('of one lets a client through that sends one request after the other', async () => {
    const { admin, system } = scene();
    const { key } = await admin.setUp(`single-${system.mode}`, { maxConcurrency: 1 });
    const { gatewayUrl } = system.facts();
    const answers = await sendAll(1, 60, () => ask(gatewayUrl, key.key, 'single-instant'));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  });
});

describe('a limit on concurrency over several gateways', () => {
  inMode('distributed', (scene) => {
    it('holds for 30 clients of three gateways and two budget instances, all of it in use', async () => {
      const { admin, oracle, system } = scene();
      const [second, third] = await Promise.all([
        system.startInstance('gateway'),
        system.startInstance('gateway'),
        system.startInstance('budget'),
      ]);
      const model = 'shared-instant';
      await slow(scene(), model, 150);
      const { key } = await admin.setUp('shared', {}, model);
      await admin.call('PATCH', `/api/v1/keys/${key.id}`, {
        budgets: [{ metric: 'concurrency', limit: 10 }],
      });
      const urls = [system.facts().gatewayUrl, second?.url ?? '', third?.url ?? ''];
      const answers = await sendAll(30, 6, (client) => ask(urls[client % 3] ?? '', key.key, model));
      const codes = new Set(answers.map(({ status, code }) => `${status} ${code ?? ''}`.trim()));
      expect([...codes].filter((one) => !['200', '429 rate_limit_exceeded'].includes(one))).toEqual(
        [],
      );
      const journal = await oracle.journal(model);
      expect(journal).toHaveLength(answers.filter(({ status }) => status === 200).length);
      expect(mostAtOnce(journal)).toBe(10);
      // None of the gateways starves.
      const served = [0, 1, 2].map(
        (gateway) =>
          answers.filter(({ status, client }) => status === 200 && client % 3 === gateway).length,
      );
      expect(Math.min(...served)).toBeGreaterThan(0);
    });

    it('of one follows a client from gateway to gateway', async () => {
      const { admin, system } = scene();
      const second = await system.startInstance('gateway');
      const { key } = await admin.setUp('moving', { maxConcurrency: 1 });
      const urls = [system.facts().gatewayUrl, second.url];
      let sent = 0;
      const answers = await sendAll(1, 30, () =>
        ask(urls[sent++ % 2] ?? '', key.key, 'moving-instant'),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    });

    it('counts the calls of a killed gateway until nobody serves them, and then no more', async () => {
      const { admin, oracle, system } = scene();
      const doomed = await system.startInstance('gateway');
      const model = 'doomed-instant';
      await slow(scene(), model, 60_000);
      const { key } = await admin.setUp('doomed', { maxConcurrency: 2 }, model);
      const lost = [1, 2].map(() => ask(doomed.url, key.key, model).catch(() => undefined));
      await eventually(
        'both calls are open',
        () => oracle.journal(model),
        (journal) => journal.length === 2,
      );
      process.kill(doomed.pid, 'SIGKILL');
      await Promise.all(lost);
      await slow(scene(), model, 10);
      const { gatewayUrl } = system.facts();
      expect(await ask(gatewayUrl, key.key, model)).toMatchObject({ status: 429 });
      await eventually(
        'the slots are free again',
        () => ask(gatewayUrl, key.key, model),
        ({ status }) => status === 200,
        40_000,
      );
      const journal = await oracle.journal(model);
      expect(journal.filter(({ outcome }) => outcome === 'aborted')).toHaveLength(2);
      expect(mostAtOnce(journal)).toBe(2);
    });

    it('holds while budget is killed again and again, and goes on after it', async () => {
      const { admin, oracle, system } = scene();
      const second = await system.startInstance('gateway');
      const model = 'shaken-instant';
      await slow(scene(), model, 100);
      const { key } = await admin.setUp('shaken', { maxConcurrency: 5 }, model);
      const urls = [system.facts().gatewayUrl, second.url];
      let isOver = false;
      const clients = Promise.all(
        Array.from({ length: 12 }, async (_, client) => {
          while (!isOver) await ask(urls[client % 2] ?? '', key.key, model);
        }),
      );
      for (let i = 0; i < 3; i++) await system.killAndAwaitRestart('budget');
      const before = (await oracle.journal(model)).length;
      await eventually(
        'calls go on',
        () => oracle.journal(model),
        (journal) => journal.length > before + 20,
      );
      isOver = true;
      await clients;
      expect(mostAtOnce(await oracle.journal(model))).toBe(5);
    });

    it('is not passed by a gateway that was stopped past its lease and goes on', async () => {
      const { admin, oracle, system } = scene();
      const stopped = await system.startInstance('gateway');
      const model = 'stopped-instant';
      await slow(scene(), model, 60_000);
      const { key } = await admin.setUp('stopped', { maxConcurrency: 2 }, model);
      const lost = [1, 2].map(() => ask(stopped.url, key.key, model).catch(() => undefined));
      await eventually(
        'both calls are open',
        () => oracle.journal(model),
        (journal) => journal.length === 2,
      );
      process.kill(stopped.pid, 'SIGSTOP');
      // They wait before its door, and are let in with what it believes to have.
      const late = [1, 2, 3].map(() => ask(stopped.url, key.key, model).catch(() => undefined));
      await slow(scene(), model, 5_000);
      const { gatewayUrl } = system.facts();
      const others = Array.from({ length: 2 }, () =>
        eventually(
          'another gateway has its slots',
          () => ask(gatewayUrl, key.key, model),
          ({ status }) => status === 200,
          60_000,
        ),
      );
      await eventually(
        'both slots are in use elsewhere',
        () => oracle.journal(model),
        (journal) => journal.slice(2).filter(({ outcome }) => outcome === 'running').length === 2,
        60_000,
      );
      process.kill(stopped.pid, 'SIGCONT');
      await Promise.all([...others, ...lost, ...late]);
      const journal = await oracle.journal(model);
      expect(journal.slice(0, 2).map(({ outcome }) => outcome)).toEqual(['aborted', 'aborted']);
      expect(mostAtOnce(journal)).toBe(2);
    });
  });
});
