import { ollamaEmbeddings } from './embeddings-wire.ts';
import { openAiCompatible } from '../openai-compatible/openai-compatible.provider.ts';
import { OPENAI_LIKE } from '../openai-compatible/quirks.ts';

/** Its base URL is the server's; OpenAI's wire stands below `/v1`. */
export const ollama = openAiCompatible({
  ...OPENAI_LIKE,
  operations: { served: ['embeddings'], ownEmbeddings: ollamaEmbeddings },
  slug: 'ollama',
  defaultBaseUrl: 'http://127.0.0.1:11434',
  credentialRequired: false,
  chatPath: (basePath) => {
    const path = `${versioned(basePath)}/chat/completions`;
    return () => path;
  },
  modelsPath: (basePath) => `${versioned(basePath)}/models`,
});

function versioned(basePath: string): string {
  return basePath.endsWith('/v1') ? basePath : `${basePath}/v1`;
}
