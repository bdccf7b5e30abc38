import { openAiCompatible } from '../openai-compatible/openai-compatible.provider.ts';
import { completionsPath, OPENAI_LIKE } from '../openai-compatible/quirks.ts';
import type { Provider } from '../provider.ts';
import { ollamaEmbeddings } from './embeddings-wire.ts';
import { isNative, nativeConnection } from './native-provider.ts';

/** Its base URL is the server's; OpenAI's wire stands below `/v1`. */
const shared = openAiCompatible({
  ...OPENAI_LIKE,
  operations: { served: ['embeddings'], ownEmbeddings: ollamaEmbeddings },
  slug: 'ollama',
  completionsPath,
  defaultBaseUrl: 'http://127.0.0.1:11434',
  credentialRequired: false,
  chatPath: (basePath) => {
    const path = `${versioned(basePath)}/chat/completions`;
    return () => path;
  },
  modelsPath: (basePath) => `${versioned(basePath)}/models`,
});

/** With `config.api` `native`, chat goes to Ollama's own `/api/chat`. */
export const ollama: Provider = {
  ...shared,
  connect: (parts) => {
    const connected = shared.connect(parts);
    return connected.ok && isNative(parts) ? nativeConnection(parts, connected.value) : connected;
  },
};

function versioned(basePath: string): string {
  return basePath.endsWith('/v1') ? basePath : `${basePath}/v1`;
}
