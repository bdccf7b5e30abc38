import { resolveBaseUrl } from './base-url.ts';

const resolve = (provider: Parameters<typeof resolveBaseUrl>[0]['provider'], rest = {}) =>
  resolveBaseUrl({ provider, baseUrl: null, config: null, ...rest });

describe('the base URL of a connection', () => {
  it("is the vendor's own where none is given", () => {
    expect(resolve('openai')).toBe('https://api.openai.com/v1');
    expect(resolve('groq')).toBe('https://api.groq.com/openai/v1');
    expect(resolve('anthropic')).toBe('https://api.anthropic.com');
  });

  it('is the given one without a slash at its end', () => {
    expect(resolve('openai', { baseUrl: 'https://x.example/v1//' })).toBe('https://x.example/v1');
  });

  it('must be given where there is no vendor, or no region', () => {
    for (const provider of ['azure', 'gateway', 'custom', 'bedrock'] as const) {
      expect(resolve(provider)).toBeUndefined();
    }
  });

  it('takes a region of Bedrock and nothing that would lead elsewhere', () => {
    expect(resolve('bedrock', { config: { region: 'eu-west-1' } })).toBe(
      'https://bedrock-runtime.eu-west-1.amazonaws.com',
    );
    expect(resolve('bedrock', { config: { region: 'x.evil.example/' } })).toBeUndefined();
  });
});
