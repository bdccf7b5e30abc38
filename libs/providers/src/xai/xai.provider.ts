import { xaiImageEdits } from './image-edits.ts';
import { openAiCompatible } from '../openai-compatible/openai-compatible.provider.ts';
import { OPENAI_LIKE, responsesPath } from '../openai-compatible/quirks.ts';

/** Fields of OpenAI's that its images do not take (docs.x.ai/docs/guides/image-generations, 2026-11). */
const IMAGE_FIELDS_REFUSED = ['quality', 'size', 'style'] as const;

/** `completion_tokens` leaves reasoning out, the bill counts it (docs.x.ai, 2026-11). */
export const xai = openAiCompatible({
  ...OPENAI_LIKE,
  operations: {
    served: ['images'],
    dropped: { images: IMAGE_FIELDS_REFUSED },
    ownImages: xaiImageEdits,
    reportsTicks: true,
  },
  slug: 'xai',
  defaultBaseUrl: 'https://api.x.ai/v1',
  outputCapField: 'max_completion_tokens',
  reasoningIsApart: true,
  responsesPath,
});
