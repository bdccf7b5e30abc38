import { openAiCompatible } from '../openai-compatible/openai-compatible.provider.ts';
import { OPENAI_LIKE } from '../openai-compatible/quirks.ts';

/** Refuses fields that it does not know, `stream_options` among them; usage comes in the last chunk of every stream. */
export const mistral = openAiCompatible({
  ...OPENAI_LIKE,
  operations: {
    served: ['embeddings', 'speech', 'transcription', 'moderation'],
    renamed: { embeddings: { dimensions: 'output_dimension' } },
    dropped: { embeddings: ['user'] },
  },
  slug: 'mistral',
  defaultBaseUrl: 'https://api.mistral.ai/v1',
  takesStreamOptions: false,
});
