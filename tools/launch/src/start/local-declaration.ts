import type { ProviderSlug } from '@tollgate/contracts';
import { knownModels } from '@tollgate/pricing';
import { stringify } from 'yaml';

/** Providers that are connected when a key of theirs is in the environment: the variable, and the model that serves first. */
const PROVIDERS = {
  openai: { variables: ['OPENAI_API_KEY'], model: 'gpt-4o-mini' },
  anthropic: { variables: ['ANTHROPIC_API_KEY'], model: 'claude-sonnet-4-5' },
  google: { variables: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'], model: 'gemini-2.5-flash' },
  mistral: { variables: ['MISTRAL_API_KEY'], model: 'mistral-small-latest' },
  groq: { variables: ['GROQ_API_KEY'], model: 'llama-3.3-70b-versatile' },
  xai: { variables: ['XAI_API_KEY'], model: 'grok-4' },
  deepseek: { variables: ['DEEPSEEK_API_KEY'], model: 'deepseek-chat' },
  openrouter: { variables: ['OPENROUTER_API_KEY'], model: 'openai/gpt-4o-mini' },
} as const satisfies Partial<Record<ProviderSlug, LocalProvider>>;

interface LocalProvider {
  /** The first one that is set counts. */
  readonly variables: readonly string[];
  readonly model: string;
}

type EnvironmentProvider = keyof typeof PROVIDERS;

/** Google's catalogue has models of others as well, which its keys for Gemini do not open. */
const OF_GEMINI = /^(gemini|gemma|imagen|embedding|text-embedding)/;

const SIMULATED_MODELS = ['gpt-4o-mini', 'gpt-4o', 'gpt-4.1-mini', 'gpt-4.1'];
/** A route takes 1,000 targets. */
const MOST_MODELS_EACH = 120;
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
  const found = (Object.keys(PROVIDERS) as EnvironmentProvider[]).filter((provider) =>
    variableOf(provider, environment),
  );
  const scope = { project: PROJECT };
  return {
    // Whoever starts it here pays the providers: neither caps nor credits.
    organizations: [
      { name: ORGANIZATION, managedCaps: { chat: null, images: null, embeddings: null } },
    ],
    projects: [{ organization: ORGANIZATION, name: PROJECT }],
    secrets: [
      { ...scope, name: 'simulator', fromEnv: VIRTUAL_KEY_VARIABLE },
      ...found.map((provider) => ({
        ...scope,
        name: provider,
        fromEnv: variableOf(provider, environment),
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
        defaultModel: PROVIDERS[provider].model,
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

/** The one that serves first, and then the others that the catalogue knows. */
function modelsOf(provider: EnvironmentProvider): readonly string[] {
  const { model } = PROVIDERS[provider];
  const others = knownModels(provider).filter(
    (name) => name !== model && (provider !== 'google' || OF_GEMINI.test(name)),
  );
  return [model, ...others].slice(0, MOST_MODELS_EACH);
}

function variableOf(
  provider: EnvironmentProvider,
  environment: DeclarationInput['environment'],
): string | undefined {
  return PROVIDERS[provider].variables.find((name) => environment[name]);
}
