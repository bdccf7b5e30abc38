import Fastify from 'fastify';
import { Pool } from 'undici';

/*
 * The floor: a bare Fastify + undici proxy that does nothing else.
 * node floor.ts <port> <upstream url>
 */

const [, , port = '0', upstreamUrl = ''] = process.argv;
const upstream = new Pool(upstreamUrl, { connections: 64 });
const app = Fastify();
app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) =>
  done(null, body),
);

app.post('/v1/chat/completions', async (request, reply) => {
  const body = request.body as Buffer;
  const parsed = JSON.parse(body.toString('utf8')) as { readonly stream?: boolean };
  const answer = await upstream.request({
    method: 'POST',
    path: '/v1/chat/completions',
    headers: { 'content-type': 'application/json', authorization: 'Bearer floor' },
    body,
  });
  if (parsed.stream) {
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream' });
    for await (const chunk of answer.body) reply.raw.write(chunk);
    reply.raw.end();
    return reply;
  }
  const whole = Buffer.from(await answer.body.arrayBuffer());
  JSON.parse(whole.toString('utf8'));
  reply.header('content-type', 'application/json');
  return whole;
});

await app.listen({ port: Number(port), host: '127.0.0.1' });
const address = app.server.address();
process.stdout.write(
  `${JSON.stringify({ url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : port}` })}\n`,
);
