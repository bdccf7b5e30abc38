import { type Failure, type Result, succeed } from '@tollgate/contracts';
import type { Dialect, JsonSchema, ParsedRequest, RequestTarget } from '../dialect.ts';
import { base64Chars } from '../multipart/base64-chars.ts';
import { readForm } from '../multipart/form-fields.ts';
import { renderFailure, renderStreamFailure } from '../openai-chat/render-failure.ts';
import { failureSchema } from '../openai-chat/schema.ts';
import { operationProfile } from '../operation/operation-profile.ts';
import { checkModel, invalid } from '../operation/read-fields.ts';
import { countInputTokens } from '../profile/input-tokens.ts';
import { requestSchema, translationSchema } from './schema.ts';

/** OpenAI's transcriptions: a form with a recording. The bytes pass as they came. */
export const openaiTranscription = recordingDialect('openai-transcription', requestSchema);

/** OpenAI's translations into English: the same form with fewer fields. There are no streams of them. */
export const openaiTranslation = recordingDialect('openai-translation', translationSchema);

function recordingDialect(name: Dialect['name'], schema: JsonSchema): Dialect {
  return {
    name,
    requestContentTypes: ['multipart/form-data'],
    requestSchema: schema,
    failureSchema,
    parse,
    renderFailure,
    renderStreamFailure,
  };
}

function parse(
  bytes: Uint8Array,
  _target?: RequestTarget,
  contentType = '',
): Result<ParsedRequest, Failure> {
  const read = readForm(bytes, contentType);
  if (!read.ok) return read;
  const { texts, files } = read.value;
  const file = files.get('file');
  if (!file) return invalid({ param: 'file', message: '"file" must be a file.' });
  const stream = texts.get('stream')?.[0] ?? 'false';
  if (stream !== 'true' && stream !== 'false')
    return invalid({ param: 'stream', message: '"stream" must be true or false.' });
  const model = texts.get('model')?.[0];
  const problem = checkModel({ model });
  if (problem) return invalid(problem);
  const fileChars = base64Chars(file.valueEnd - file.valueStart);
  const profile = operationProfile({
    operation: 'transcription',
    modelAsked: model ?? null,
    tokens: countInputTokens(bytes.length - (file.valueEnd - file.valueStart) + fileChars, {
      mediaChars: fileChars,
      images: 0,
      lowDetailImages: 0,
      audioChars: fileChars,
      documentChars: 0,
      remoteDocuments: 0,
    }),
    stream: stream === 'true',
  });
  return succeed({ profile, body: bytes });
}
