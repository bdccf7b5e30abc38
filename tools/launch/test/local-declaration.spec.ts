import { FIXED_ENDPOINT_PROVIDERS } from '@tollgate/contracts';
import { parseConfigFile } from '@tollgate/control-plane';
import { knownModels } from '@tollgate/pricing';
import { localDeclaration, VIRTUAL_KEY_VARIABLE } from '../src/start/local-declaration.ts';

const simulatorUrl = 'http://127.0.0.1:4010';

function declare(environment: Record<string, string> = {}, isFirstStart = true) {
  const text = localDeclaration({ simulatorUrl, environment, isFirstStart });
  const parsed = parseConfigFile(text);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.failure));
  return { text, file: parsed.value.file };
}

describe('the local declaration', () => {
  it('is a config file that the control plane takes, and routes to the simulator', () => {
    const { file } = declare();
    expect(file.aiProviders).toMatchObject([{ name: 'simulator', baseUrl: `${simulatorUrl}/v1` }]);
    expect(file.routes?.[0]?.targets.map(({ model }) => model)).toContain('*');
    expect(file.keys).toMatchObject([{ route: 'default', textFromEnv: VIRTUAL_KEY_VARIABLE }]);
  });

  it('connects the providers whose keys are in the environment, and holds no key', () => {
    const { text, file } = declare({
      OPENAI_API_KEY: 'sk-never-here',
      GROQ_API_KEY: 'gsk-nor-here',
    });
    expect(file.aiProviders?.map(({ name }) => name)).toEqual(['simulator', 'openai', 'groq']);
    const used = new Set(file.routes?.[0]?.targets.map(({ aiProvider }) => aiProvider));
    expect([...used]).toEqual(['openai', 'groq']);
    expect(text).not.toMatch(/never-here|nor-here/);
  });

  it('knows every vendor with one endpoint, connects them as platform access, and caps nothing', () => {
    const names = [
      'ANTHROPIC',
      'DEEPSEEK',
      'GOOGLE',
      'GROQ',
      'MISTRAL',
      'OPENAI',
      'OPENROUTER',
      'XAI',
    ];
    const { file } = declare(Object.fromEntries(names.map((name) => [`${name}_API_KEY`, 'k'])));
    const connected = file.aiProviders?.filter(({ name }) => name !== 'simulator') ?? [];
    expect(connected.map(({ provider }) => provider).sort()).toEqual(
      [...FIXED_ENDPOINT_PROVIDERS].sort(),
    );
    for (const { access, defaultModel, provider } of connected) {
      expect(access).toBe('platform');
      expect(knownModels(provider)).toContain(defaultModel);
      const first = file.routes?.[0]?.targets.find(({ aiProvider }) => aiProvider === provider);
      expect(first).toMatchObject({ model: defaultModel, priority: 0 });
    }
    expect(file.routes?.[0]?.targets.length).toBeLessThanOrEqual(1_000);
    expect(file.organizations?.[0]?.managedCaps).toEqual({
      chat: null,
      images: null,
      embeddings: null,
    });
  });

  it("takes Google's key by either name", () => {
    const secretOf = (environment: Record<string, string>) =>
      declare(environment).file.secrets?.find(({ name }) => name === 'google')?.fromEnv;
    expect(secretOf({ GEMINI_API_KEY: 'a', GOOGLE_API_KEY: 'b' })).toBe('GEMINI_API_KEY');
    expect(secretOf({ GOOGLE_API_KEY: 'b' })).toBe('GOOGLE_API_KEY');
  });

  it('declares a sample rate for euros, at the first start alone', () => {
    const { text, file } = declare();
    expect(Object.keys(file.exchangeRates ?? {})).toEqual(['EUR']);
    expect(text).toMatch(/^# A sample rate/);
    expect(declare({}, false).file.exchangeRates).toBeUndefined();
  });
});
