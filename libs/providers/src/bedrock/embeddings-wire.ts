import { fail, failure, succeed } from '@tollgate/contracts';
import { isRecord } from '../json/json-value.ts';
import { parseAnswer } from '../json/parse-answer.ts';
import { embeddingAnswer } from '../operations/embedding-answer.ts';
import type { OperationWire } from '../operation-wire.ts';
import { EMBEDDING_BODIES, embeddingFamily } from './embedding-bodies.ts';
import { listOf, type WireObject } from './wire.ts';

/** Vectors by InvokeModel, of Amazon's and Cohere's models, each in its own words. */
export function bedrockEmbeddings(
  basePath: string,
  headers: string[],
): OperationWire<'embeddings'> {
  return {
    mediaToFetch: ({ inputs }) => {
      const urls = inputs.flatMap((input) =>
        input.kind === 'parts'
          ? input.parts.flatMap((part) =>
              part.type === 'image' && part.source.kind === 'url' ? [part.source.url] : [],
            )
          : [],
      );
      return [...new Set(urls)];
    },
    encodeRequest: (asked) => {
      const { request, model, losses } = asked;
      const family = embeddingFamily(model);
      if (family === undefined) return fail(NO_VECTORS);
      if (request.title !== undefined) losses.drop('title');
      if (request.endUser !== undefined) losses.drop('user');
      for (const name of Object.keys(request.others)) losses.drop(name);
      return succeed({
        path: `${basePath}/model/${encodeURIComponent(model)}/invoke`,
        headers,
        body: Buffer.from(JSON.stringify(EMBEDDING_BODIES[family](asked))),
        droppedParams: [],
      });
    },
    decodeAnswer: (body, asked) => {
      const answer = parseAnswer(body) ?? {};
      const count = answer.inputTextTokenCount;
      const isCounted = typeof count === 'number' && Number.isInteger(count) && count >= 0;
      const report = {
        model: asked.model,
        vectors: vectorsIn(answer),
        inputTokens: isCounted ? count : undefined,
      };
      return embeddingAnswer(report, asked);
    },
  };
}

/** Titan: `embedding`; Cohere: a list, or lists by type; Nova: a list of objects. */
function vectorsIn({ embedding, embeddings }: WireObject): readonly unknown[] {
  if (embedding !== undefined && embedding !== null) return [embedding];
  if (isRecord(embeddings)) return listOf(embeddings.float);
  return listOf(embeddings).map((item) => (isRecord(item) ? item.embedding : item));
}

const NO_VECTORS = failure('request.unsupported_by_provider', {
  param: 'model',
  message: 'The model is not known to give embeddings on Bedrock.',
});
