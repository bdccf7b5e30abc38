import { z } from 'zod';
import { flag, keyOf32Bytes, keysOf32Bytes, port, urlOf } from './fields.ts';
import { loadSettings, SettingsError } from './load-settings.ts';

const schema = z.object({
  NATS_URL: urlOf('nats', 'tls'),
  TOLLGATE_GATEWAY_PORT: port.default(4000),
  TOLLGATE_KEY_ENCRYPTION_KEY: keyOf32Bytes,
  TOLLGATE_ALLOW_PRIVATE_UPSTREAMS: flag.default(false),
});

const complete = {
  NATS_URL: 'nats://127.0.0.1:4222',
  TOLLGATE_KEY_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
};

describe('loadSettings', () => {
  it('parses what is set and fills in defaults', () => {
    expect(loadSettings(schema, { ...complete, TOLLGATE_GATEWAY_PORT: '0', OTHER: 'x' })).toEqual({
      ...complete,
      TOLLGATE_GATEWAY_PORT: 0,
      TOLLGATE_ALLOW_PRIVATE_UPSTREAMS: false,
    });
  });

  it('names all that is missing or wrong at once, without values', () => {
    const attempt = () =>
      loadSettings(schema, {
        NATS_URL: '',
        TOLLGATE_GATEWAY_PORT: '70000',
        TOLLGATE_KEY_ENCRYPTION_KEY: 'c2VjcmV0',
      });
    expect(attempt).toThrow(SettingsError);
    expect(attempt).toThrow(
      [
        'The settings are not complete:',
        '  - NATS_URL is missing',
        '  - TOLLGATE_GATEWAY_PORT: must be from 0 to 65535',
        '  - TOLLGATE_KEY_ENCRYPTION_KEY: must be 32 bytes in base64',
      ].join('\n'),
    );
  });

  it('reads a list of keys, and names the variable when one of them is none', () => {
    const [one, two] = [7, 8].map((byte) => Buffer.alloc(32, byte).toString('base64'));
    const keys = z.object({ FORMER: keysOf32Bytes.default([]) });
    expect(loadSettings(keys, {})).toEqual({ FORMER: [] });
    expect(loadSettings(keys, { FORMER: `${one}, ${two}` })).toEqual({ FORMER: [one, two] });
    expect(() => loadSettings(keys, { FORMER: `${one},x` })).toThrow(
      'FORMER: must be keys of 32 bytes in base64',
    );
  });
});
