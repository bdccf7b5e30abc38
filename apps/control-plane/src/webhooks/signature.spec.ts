import { Webhook } from 'standardwebhooks';
import { makeWebhookSecret, signatureHeaders } from './signature.ts';

const body = JSON.stringify({ type: 'key.revoked', data: { name: 'Schlüssel 🔑' } });
const message = () => ({
  id: 'evt_01k9aaaaaaaaaaaaaaaaaaaaaa',
  timestamp: Math.floor(Date.now() / 1000),
  body,
});

describe('a signature', () => {
  it('is verified by the reference library of the specification', () => {
    const secret = makeWebhookSecret();
    expect(secret).toMatch(/^whsec_/);
    const headers = signatureHeaders(message(), [secret]);
    expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
    expect(new Webhook(secret).sign(headers['webhook-id'], new Date(), body)).toMatch(/^v1,/);
  });

  it('is verified by who knows either secret while both are in force', () => {
    const [next, former] = [makeWebhookSecret(), makeWebhookSecret()];
    const headers = signatureHeaders(message(), [next, former]);
    for (const secret of [next, former]) new Webhook(secret).verify(body, headers);
    expect(() => new Webhook(makeWebhookSecret()).verify(body, headers)).toThrow(/matching/);
  });

  it('breaks with the body, the id and the time', () => {
    const secret = makeWebhookSecret();
    const headers = signatureHeaders(message(), [secret]);
    const verify = (text: string, changed: object) => () =>
      new Webhook(secret).verify(text, { ...headers, ...changed });
    expect(verify(body.replace('key', 'kez'), {})).toThrow();
    expect(verify(body, { 'webhook-id': 'evt_other' })).toThrow();
    const later = String(message().timestamp + 1);
    expect(verify(body, { 'webhook-timestamp': later })).toThrow();
    const old = { ...message(), timestamp: message().timestamp - 3_600 };
    expect(() => new Webhook(secret).verify(body, signatureHeaders(old, [secret]))).toThrow(
      /too old/,
    );
  });
});
