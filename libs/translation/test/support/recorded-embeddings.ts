import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { ProviderSlug } from '@tollgate/contracts';
import { vectorFromBase64 } from '@tollgate/neutral';

/** What a recording of any vendor's embeddings comes to. */
export interface RecordedEmbedding {
  readonly slug: ProviderSlug;
  readonly path: string;
  /** With query. */
  readonly urlPath: string;
  readonly model: string;
  /** As it was sent. */
  readonly sent: unknown;
  readonly answer: Buffer;
  /** Null where the input is more than text, or a text cut into tokens. */
  readonly texts: readonly string[] | null;
  readonly dimensions: number | undefined;
  readonly vectors: readonly (readonly number[])[];
  /** As the vendor counted. */
  readonly inputTokens: number | undefined;
}

const folder = path.resolve(__dirname, '../../../../../shared/recordings');
export const hasRecordings = existsSync(folder);
if (!hasRecordings) console.warn(`skipped: there are no recordings in ${folder}`);

const FILES: Readonly<Record<string, ProviderSlug>> = {
  openai: 'openai',
  azure: 'azure',
  mistral: 'mistral',
  openrouter: 'openrouter',
  ollama: 'ollama',
  gemini: 'google',
  bedrock: 'bedrock',
};

/** All recorded embeddings that were answered. Ollama's own wire alone: its OpenAI wire is the others'. */
export function recordedEmbeddings(): readonly RecordedEmbedding[] {
  if (!hasRecordings) return [];
  return Object.entries(FILES).flatMap(([file, slug]) =>
    readFileSync(path.join(folder, `${file}.jsonl`), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line))
      .filter(({ url, status, reqJson }) => status === 200 && reqJson && EMBEDS.test(url))
      .map((recording) => {
        const { pathname, search } = new URL(recording.url.replace('<AWS_REGION>', 'us-east-1'));
        const sent = recording.reqJson;
        const answer = JSON.parse(recording.respText);
        return {
          slug,
          path: recording.path,
          urlPath: pathname + search,
          sent,
          answer: Buffer.from(recording.respText),
          ...READERS[slug](sent, answer, pathname),
        };
      }),
  );
}

const EMBEDS =
  /(?<!\/(?:organization\/usage|api|127\.0\.0\.1:11434\/v1))\/embeddings|\/api\/embed$|mbedContent|\/model\/[^/]*embed[^/]*\/invoke$/;

// Recorded JSON of many vendors, as `JSON.parse` gives it.
type Recorded = ReturnType<typeof JSON.parse>;
type Read = Pick<RecordedEmbedding, 'model' | 'texts' | 'dimensions' | 'vectors' | 'inputTokens'>;
type Reader = (sent: Recorded, answer: Recorded, pathname: string) => Read;

const readOpenAi: Reader = (sent, answer, pathname) => {
  const input = Array.isArray(sent.input) ? sent.input : [sent.input];
  return {
    model: /\/deployments\/([^/]+)\//.exec(pathname)?.[1] ?? sent.model,
    texts: input.every((one: unknown) => typeof one === 'string') ? input : null,
    dimensions: sent.dimensions,
    vectors: answer.data.map(({ embedding }: Recorded) =>
      typeof embedding === 'string' ? Array.from(vectorFromBase64(embedding) ?? []) : embedding,
    ),
    inputTokens: answer.usage?.prompt_tokens,
  };
};

const readOllama: Reader = (sent, answer) => ({
  model: sent.model,
  texts: [sent.input].flat(),
  dimensions: sent.dimensions,
  vectors: answer.embeddings,
  inputTokens: answer.prompt_eval_count,
});

const readGoogle: Reader = (sent, answer, pathname) => {
  const requests: readonly Recorded[] = sent.requests;
  const isText = requests.every(
    ({ content: { parts } }) => parts.length === 1 && typeof parts[0].text === 'string',
  );
  return {
    model: /\/models\/([^:]+):/.exec(pathname)?.[1] ?? '',
    texts: isText ? requests.map(({ content: { parts } }) => parts[0].text) : null,
    dimensions: requests[0].outputDimensionality,
    vectors: answer.embeddings.map(({ values }: Recorded) => values),
    inputTokens: answer.usageMetadata?.promptTokenCount,
  };
};

const readBedrock: Reader = (sent, answer, pathname) => {
  const nova = sent.singleEmbeddingParams;
  const { embeddings } = answer;
  return {
    model: decodeURIComponent(/\/model\/([^/]+)\//.exec(pathname)?.[1] ?? ''),
    texts: sent.texts ?? [sent.inputText ?? nova.text.value],
    dimensions: sent.dimensions ?? sent.output_dimension ?? nova?.embeddingDimension,
    vectors: answer.embedding
      ? [answer.embedding]
      : (embeddings.float ?? embeddings.map(({ embedding }: Recorded) => embedding)),
    inputTokens: answer.inputTextTokenCount,
  };
};

const READERS: Readonly<Record<string, Reader>> & Readonly<Record<ProviderSlug, Reader>> = {
  openai: readOpenAi,
  azure: readOpenAi,
  mistral: readOpenAi,
  openrouter: readOpenAi,
  ollama: readOllama,
  google: readGoogle,
  bedrock: readBedrock,
  anthropic: readOpenAi,
  custom: readOpenAi,
  deepseek: readOpenAi,
  gateway: readOpenAi,
  groq: readOpenAi,
  xai: readOpenAi,
};
