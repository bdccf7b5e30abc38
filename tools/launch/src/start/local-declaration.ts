import { knownModels } from '@tollgate/pricing';
import { stringify } from 'yaml';

/** Providers that are connected when their key is in the environment, and under which name. */
const ENVIRONMENT_KEYS = {
  openai: 'OPENAI_API_KEY',
  mistral: 'MISTRAL_API_KEY',
  groq: 'GROQ_API_KEY',
  xai: 'XAI_API_KEY',
  deepseek: 'DEEPSEEK_API_KEY',
  openrouter: 'OPENROUTER_API_KEY',
} as const;

type EnvironmentProvider = keyof typeof ENVIRONMENT_KEYS;

const SIMULATED_MODELS = ['gpt-4o-mini', 'gpt-4o', 'gpt-4.1-mini', 'gpt-4.1'];
const MOST_MODELS_EACH = 60;
const ORGANIZATION = 'local';
const PROJECT = 'default';

export interface DeclarationInput {
  readonly simulatorUrl: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** A rate that was set since must not be undone at the next start. */
  readonly isFirstStart: boolean;
}

/** So that budgets in euro can be tried at once. */
const SAMPLE_RATES = `# A sample rate, declared at the first start alone. Set the one that holds for you:
# PUT /api/v1/exchange-rates/EUR, or exchangeRates in a file of yours for npm run apply.
exchangeRates:
  EUR: "1.10"
`;

/** Names that the local declaration uses; the virtual key's text comes from this variable. */
export const VIRTUAL_KEY_VARIABLE = 'TOLLGATE_LOCAL_VIRTUAL_KEY';

/** What a local installation starts with, as `tollgate.yaml`. Credentials stand in it by reference only. */
export function localDeclaration(input: DeclarationInput): string {
  return `${input.isFirstStart ? SAMPLE_RATES : ''}${stringify(resourcesOf(input))}`;
}

function resourcesOf({ simulatorUrl, environment }: DeclarationInput) {
  const found = (Object.keys(ENVIRONMENT_KEYS) as EnvironmentProvider[]).filter(
    (provider) => environment[ENVIRONMENT_KEYS[provider]],
  );
  const scope = { project: PROJECT };
  return {
    organizations: [{ name: ORGANIZATION }],
    projects: [{ organization: ORGANIZATION, name: PROJECT }],
    secrets: [
      { ...scope, name: 'simulator', fromEnv: VIRTUAL_KEY_VARIABLE },
      ...found.map((provider) => ({
        ...scope,
        name: provider,
        fromEnv: ENVIRONMENT_KEYS[provider],
      })),
    ],
    aiProviders: [
      {
        ...scope,
        name: 'simulator',
        provider: 'openai',
        baseUrl: `${simulatorUrl}/v1`,
        secret: 'simulator',
        access: 'platform',
        defaultModel: 'gpt-4o-mini',
        models: SIMULATED_MODELS.map((name) => ({ name })),
      },
      ...found.map((provider) => ({
        ...scope,
        name: provider,
        provider,
        secret: provider,
        access: 'platform',
        defaultModel: modelsOf(provider)[0] ?? 'default',
        models: modelsOf(provider).map((name) => ({ name })),
      })),
    ],
    routes: [
      {
        ...scope,
        name: 'default',
        strategy: 'priority',
        allowProfileOverride: true,
        targets: found.length ? found.flatMap(targetsOf) : simulatedTargets(),
      },
    ],
    keys: [
      {
        ...scope,
        name: 'local',
        route: 'default',
        textFromEnv: VIRTUAL_KEY_VARIABLE,
        budgets: [{ metric: 'cost', window: 'month', limit: '1000', currency: 'USD', hard: false }],
      },
    ],
  };
}

function simulatedTargets() {
  return [...SIMULATED_MODELS, '*'].map((model, index) => ({
    aiProvider: 'simulator',
    model,
    priority: index,
    weight: 1,
  }));
}

function targetsOf(provider: EnvironmentProvider) {
  return modelsOf(provider).map((model, index) => ({
    aiProvider: provider,
    model,
    priority: index,
    weight: 1,
  }));
}

function modelsOf(provider: EnvironmentProvider): readonly string[] {
  return knownModels(provider).slice(0, MOST_MODELS_EACH);
}
