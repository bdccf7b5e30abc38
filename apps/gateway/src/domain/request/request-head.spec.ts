import fc from 'fast-check';
import { readRequestHead } from './request-head.ts';

const KEY = 'tg_live_0123456789abcdef';
const OTHER = 'tg_live_fedcba9876543210';

describe('readRequestHead', () => {
  it.each([
    [['Authorization', `Bearer ${KEY}`], KEY],
    [['AUTHORIZATION', `bearer  ${KEY} `], KEY],
    [['X-Api-Key', KEY], KEY],
    [['x-goog-api-key', KEY], KEY],
    [['authorization', `Bearer ${KEY}`, 'x-api-key', KEY], KEY],
  ])('guarantees the key of %j', (headers, key) => {
    expect(readRequestHead(headers)).toMatchObject({ keyText: key, keyFailure: null });
  });

  it.each([
    [[], 'auth.missing_api_key'],
    [['authorization', 'Basic x'], 'auth.invalid_api_key'],
    [['authorization', 'Bearer '], 'auth.invalid_api_key'],
    [['authorization', 'Bearer sk-1'], 'auth.invalid_api_key'],
    [['authorization', `Bearer ${KEY}, Bearer ${KEY}`], 'auth.invalid_api_key'],
    [['authorization', 'Basic x', 'x-api-key', KEY], 'auth.invalid_api_key'],
    [
      ['authorization', `Bearer ${KEY}`, 'Authorization', `Bearer ${KEY}`],
      'request.validation_error',
    ],
    [['authorization', 'Basic x', 'authorization', `Bearer ${KEY}`], 'request.validation_error'],
    [['x-api-key', KEY, 'x-api-key', OTHER], 'request.validation_error'],
    [['x-api-key', KEY, 'authorization', `Bearer ${OTHER}`], 'request.validation_error'],
  ])('guarantees that %j has no usable key', (headers, code) => {
    expect(readRequestHead(headers)).toMatchObject({ keyText: null, keyFailure: { code } });
  });

  it.each([
    ['x-request-id', 'a b', 'clientRequestId'],
    ['x-request-id', 'x'.repeat(129), 'clientRequestId'],
    ['traceparent', '00-00000000000000000000000000000000-b7ad6b7169203331-01', 'traceparent'],
    ['traceparent', 'ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', 'traceparent'],
    ['content-length', 'many', 'contentLength'],
  ] as const)('guarantees that %s: %s is left out', (name, value, field) => {
    expect(readRequestHead([name, value])[field]).toBeNull();
  });

  it('guarantees an answer to any headers', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (headers) => {
        const head = readRequestHead(headers);
        expect(head.keyText === null).toBe(head.keyFailure !== null);
      }),
    );
  });
});
