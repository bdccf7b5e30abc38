import { connect } from 'node:net';
import { inBothModes } from './in-both-modes.ts';

/** Sends raw bytes and reads what comes back until the answer's body is there or the connection closes. */
function sendRaw(
  url: string,
  bytes: Buffer | string,
): Promise<{ readonly status: number; readonly text: string; readonly ms: number }> {
  const { hostname, port } = new URL(url);
  const began = performance.now();
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect({ host: hostname, port: Number(port) }, () => socket.write(bytes));
    const finish = (): void => {
      socket.destroy();
      resolve({
        status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0),
        text,
        ms: performance.now() - began,
      });
    };
    socket.on('data', (data) => {
      text += data.toString('utf8');
      const length = /content-length: (\d+)/i.exec(text)?.[1];
      const body = text.slice(text.indexOf('\r\n\r\n') + 4);
      if (
        length !== undefined &&
        text.includes('\r\n\r\n') &&
        Buffer.byteLength(body) >= Number(length)
      )
        finish();
    });
    socket.on('close', finish);
    socket.on('error', reject);
  });
}

inBothModes('bad input', (scene) => {
  const post = (path: string, body: string | Buffer, headers: readonly string[] = []) => {
    const { gatewayUrl, apiKey } = scene().system.facts();
    const head = [
      `POST ${path} HTTP/1.1`,
      'host: gateway',
      'content-type: application/json',
      `authorization: Bearer ${apiKey}`,
      `content-length: ${Buffer.byteLength(body)}`,
      ...headers,
    ].join('\r\n');
    return sendRaw(gatewayUrl, Buffer.concat([Buffer.from(`${head}\r\n\r\n`), Buffer.from(body)]));
  };
  const chat = '/v1/chat/completions';
  const good = '"messages":[{"role":"user","content":"Hello"}]';

  const cases: readonly (readonly [string, string, string | Buffer, RegExp])[] = [
    ['malformed JSON', chat, '{"messages": [', /validation_error/],
    ['JSON that is no object', chat, '[1,2]', /validation_error/],
    [
      'deeply nested JSON',
      chat,
      `{${good},"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      /nest|deep/i,
    ],
    ['two models', chat, `{"model":"gpt-4o","model":"gpt-4o-mini",${good}}`, /model/],
    ['a forged prototype', chat, `{${good},"__proto__":{"admin":true}}`, /__proto__/],
    [
      'invalid UTF-8',
      chat,
      Buffer.concat([
        Buffer.from(`{${good},"user":"`),
        Buffer.from([0xff, 0xfe]),
        Buffer.from('"}'),
      ]),
      /UTF-8/,
    ],
    ['an unknown field in Tollgate dialect', '/v1/chat', `{${good},"colour":"red"}`, /colour/],
    [
      'a model in Tollgate dialect',
      '/v1/chat',
      `{${good},"model":"gpt-4o"}`,
      /field_not_allowed.*model|model.*field_not_allowed/s,
    ],
  ];

  it.each(cases)('is refused clearly and quickly: %s', async (_name, path, body, says) => {
    const answer = await post(path, body);
    expect(answer.status).toBe(400);
    expect(answer.text).toMatch(says);
    expect(answer.text).toMatch(/request_id/);
    expect(answer.ms).toBeLessThan(500);
  });

  it('refuses two Authorization headers', async () => {
    const answer = await post(chat, `{${good}}`, ['authorization: Bearer tg_live_other']);
    expect([400, 401]).toContain(answer.status);
  });

  it('refuses a body over the limit without reading it all', async () => {
    const { gatewayUrl, apiKey } = scene().system.facts();
    const head = `POST ${chat} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nauthorization: Bearer ${apiKey}\r\ncontent-length: 999999999\r\n\r\n`;
    const answer = await sendRaw(gatewayUrl, head);
    expect(answer.status).toBe(413);
  });

  it('answers other requests while a slow client dawdles', async () => {
    const { gatewayUrl, apiKey } = scene().system.facts();
    const { hostname, port } = new URL(gatewayUrl);
    const slow = connect({ host: hostname, port: Number(port) });
    slow.write(
      `POST ${chat} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nauthorization: Bearer ${apiKey}\r\ncontent-length: 1000\r\n\r\n{"m`,
    );
    const answer = await post(chat, `{"model":"a-instant",${good}}`);
    slow.destroy();
    expect(answer.status).toBe(200);
  });
});
