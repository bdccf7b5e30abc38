import { parseConfigFile } from '@tollgate/control-plane';
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

  it('declares a sample rate for euros, at the first start alone', () => {
    const { text, file } = declare();
    expect(Object.keys(file.exchangeRates ?? {})).toEqual(['EUR']);
    expect(text).toMatch(/^# A sample rate/);
    expect(declare({}, false).file.exchangeRates).toBeUndefined();
  });
});
