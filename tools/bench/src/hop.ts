import { connect, createInbox, type Msg } from '@nats-io/transport-node';
import Fastify from 'fastify';
import { Pool } from 'undici';

/*
 * What one NATS hop costs by itself: the floor's proxy in two processes, and nothing else. No keys, plans, grants or records.
 * node hop.ts gateway|adapter <nats url> <upstream url>
 */

const SUBJECT = 'bench.hop';
const [, , role = '', natsUrl = '', upstreamUrl = ''] = process.argv;
const { host, username, password } = new URL(natsUrl);
const nats = await connect({ servers: host, user: username, pass: password });

if (role === 'adapter') {
  const upstream = new Pool(upstreamUrl, { connections: 64 });
  nats.subscribe(SUBJECT, {
    queue: 'adapters',
    callback: (_error, message) => void callUpstream(upstream, message),
  });
  await nats.flush();
  process.stdout.write(`${JSON.stringify({ url: natsUrl })}\n`);
} else {
  process.stdout.write(`${JSON.stringify({ url: await serve() })}\n`);
}

async function callUpstream(upstream: Pool, message: Msg): Promise<void> {
  const body = Buffer.from(message.data);
  JSON.parse(body.toString('utf8'));
  const answer = await upstream.request({
    method: 'POST',
    path: '/v1/chat/completions',
    headers: { 'content-type': 'application/json', authorization: 'Bearer hop' },
    body,
  });
  const whole = new Uint8Array(await answer.body.arrayBuffer());
  JSON.parse(Buffer.from(whole).toString('utf8'));
  message.respond(whole);
}

/** One inbox for all answers, as Tollgate's own bus has. Answers where it listens. */
async function serve(): Promise<string> {
  const waiting = new Map<string, (body: Uint8Array) => void>();
  const inbox = createInbox();
  let calls = 0;
  nats.subscribe(`${inbox}.*`, {
    callback: (_error, { subject, data }) => {
      const id = subject.slice(inbox.length + 1);
      waiting.get(id)?.(data);
      waiting.delete(id);
    },
  });
  const app = Fastify();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );
  app.post('/v1/chat/completions', async (request, reply) => {
    const body = request.body as Buffer;
    JSON.parse(body.toString('utf8'));
    const id = String(calls++);
    const answer = new Promise<Uint8Array>((resolve) => waiting.set(id, resolve));
    nats.publish(SUBJECT, body, { reply: `${inbox}.${id}` });
    const whole = await answer;
    reply.header('content-type', 'application/json');
    return Buffer.from(whole.buffer, whole.byteOffset, whole.byteLength);
  });
  return app.listen({ port: 0, host: '127.0.0.1' });
}
