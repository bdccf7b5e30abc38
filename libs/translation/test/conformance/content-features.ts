import { type Feature, type Fields, PNG } from './feature.ts';

const PDF = 'JVBERi0xLjQ=';
const WAV = 'UklGRiQAAABXQVZF';
const URL_IMAGE = 'https://images.example/mark.png';
/** By URL, or as the bytes that were fetched from it. */
const IMAGE_BY_URL = /images\.example\/mark\.png|RkVUQ0hFRA/;

/** A user message with one part beside the question. */
const part = (openai: Fields, responses: Fields, anthropic: Fields, gemini: Fields) => ({
  'openai-chat': {
    messages: [{ role: 'user', content: [{ type: 'text', text: 'Look' }, openai] }],
  },
  'openai-responses': {
    input: [{ role: 'user', content: [{ type: 'input_text', text: 'Look' }, responses] }],
  },
  'anthropic-messages': {
    messages: [{ role: 'user', content: [{ type: 'text', text: 'Look' }, anthropic] }],
  },
  'gemini-generate': { contents: [{ role: 'user', parts: [{ text: 'Look' }, gemini] }] },
});

/** Prompts and media. */
export const CONTENT_FEATURES: readonly Feature[] = [
  {
    name: 'system prompt',
    marks: [/SYSTEM-MARK/],
    says: {
      'openai-chat': {
        messages: [
          { role: 'system', content: 'SYSTEM-MARK' },
          { role: 'user', content: 'Go' },
        ],
      },
      'openai-responses': { instructions: 'SYSTEM-MARK' },
      'anthropic-messages': { system: 'SYSTEM-MARK' },
      'gemini-generate': { systemInstruction: { parts: [{ text: 'SYSTEM-MARK' }] } },
    },
  },
  {
    name: 'developer prompt',
    marks: [/DEVELOPER-MARK/],
    says: {
      'openai-chat': {
        messages: [
          { role: 'developer', content: 'DEVELOPER-MARK' },
          { role: 'user', content: 'Go' },
        ],
      },
      'openai-responses': {
        input: [
          { role: 'developer', content: 'DEVELOPER-MARK' },
          { role: 'user', content: 'Go' },
        ],
      },
    },
  },
  {
    name: 'image, inline',
    marks: [/iVBORw0KGgo/],
    says: part(
      { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } },
      { type: 'input_image', image_url: `data:image/png;base64,${PNG}` },
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } },
      { inlineData: { mimeType: 'image/png', data: PNG } },
    ),
  },
  {
    name: 'image, by URL',
    marks: [IMAGE_BY_URL],
    says: part(
      { type: 'image_url', image_url: { url: URL_IMAGE } },
      { type: 'input_image', image_url: URL_IMAGE },
      { type: 'image', source: { type: 'url', url: URL_IMAGE } },
      { fileData: { mimeType: 'image/png', fileUri: URL_IMAGE } },
    ),
  },
  {
    name: 'document (PDF), inline',
    marks: [/JVBERi0xLjQ/],
    says: part(
      {
        type: 'file',
        file: { filename: 'a.pdf', file_data: `data:application/pdf;base64,${PDF}` },
      },
      { type: 'input_file', filename: 'a.pdf', file_data: `data:application/pdf;base64,${PDF}` },
      { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: PDF } },
      { inlineData: { mimeType: 'application/pdf', data: PDF } },
    ),
  },
  {
    name: 'audio, inline',
    marks: [/UklGRiQAAABXQVZF/],
    says: {
      'openai-chat': part(
        { type: 'input_audio', input_audio: { data: WAV, format: 'wav' } },
        {},
        {},
        {},
      )['openai-chat'],
      'gemini-generate': part({}, {}, {}, { inlineData: { mimeType: 'audio/wav', data: WAV } })[
        'gemini-generate'
      ],
    },
  },
];
