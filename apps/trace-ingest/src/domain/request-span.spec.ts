import { attempt, record } from '../../test/records.ts';
import { requestSpan } from './request-span.ts';

describe('requestSpan', () => {
  it('stands for the request, with a child for each call to a provider', () => {
    const written = record({
      code: 'all_providers_exhausted',
      modelAsked: 'smart',
      attempts: [attempt({ code: 'provider.timeout', status: 0, usage: null }), attempt()],
      metadata: { team: 'a' },
    });
    const span = requestSpan(written);
    expect(span).toMatchObject({
      name: 'chat smart',
      kind: 'server',
      startMs: written.startedAt,
      endMs: written.startedAt + 414.125,
      error: 'all_providers_exhausted',
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'openai',
        'gen_ai.usage.input_tokens': 120,
        'gen_ai.response.time_to_first_chunk': 0.0335,
        'tollgate.cost.pico_usd': '150000001',
        'tollgate.metadata.team': 'a',
      },
      children: [
        {
          kind: 'client',
          error: 'provider.timeout',
          attributes: { 'error.type': 'provider.timeout' },
        },
        { kind: 'client', attributes: { 'http.response.status_code': 200 } },
      ],
    });
    expect(span.children?.[0]?.attributes).not.toHaveProperty('http.response.status_code');
    expect(span.children?.[1]).not.toHaveProperty('error');
  });
});
