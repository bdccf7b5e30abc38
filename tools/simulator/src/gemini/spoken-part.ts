import { isObject, type JsonObject } from '../json-schema/json.ts';

/** How an answer is told. */
export type Modality = 'TEXT' | 'AUDIO' | 'IMAGE';

/** One transparent pixel. */
const pixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

export function modalityOf({ generationConfig: config }: JsonObject): Modality {
  const asked = isObject(config) ? config.responseModalities : undefined;
  if (!Array.isArray(asked)) return 'TEXT';
  if (asked.includes('AUDIO')) return 'AUDIO';
  return asked.includes('IMAGE') ? 'IMAGE' : 'TEXT';
}

/** A text as it is, as a picture, or as sound whose samples are the text's own bytes. */
export function partOf(text: string, modality: Modality): object {
  switch (modality) {
    case 'TEXT':
      return { text };
    case 'AUDIO':
      return {
        inlineData: {
          mimeType: 'audio/L16;codec=pcm;rate=24000',
          data: Buffer.from(text).toString('base64'),
        },
      };
    case 'IMAGE':
      return { inlineData: { mimeType: 'image/png', data: pixel } };
  }
}
