import { succeed } from '@tollgate/contracts';
import { parseAnswer } from '../json/parse-answer.ts';
import type { OperationEndpointParts } from '../openai-operations/embeddings-wire.ts';
import { embeddingAnswer } from '../operations/embedding-answer.ts';
import { plainText } from '../operations/plain-text.ts';
import type { OperationWire } from '../operation-wire.ts';

const OPENAI_CHAT = /\/v1\/chat\/completions$/;

/** Ollama's own `/api/embed` (docs.ollama.com/api/embed, 2026-11): texts alone. */
export function ollamaEmbeddings({
  chatPathOf,
  headers,
}: OperationEndpointParts): OperationWire<'embeddings'> {
  return {
    encodeRequest: ({ request, model, losses }) => {
      const { inputs, dimensions, purpose, title, endUser, others } = request;
      if (purpose !== undefined) losses.drop('purpose');
      if (title !== undefined) losses.drop('title');
      if (endUser !== undefined) losses.drop('user');
      for (const name of Object.keys(others)) losses.drop(name);
      const input = inputs.map((one) => plainText(one, losses));
      const body = { model, input, ...(dimensions === undefined ? {} : { dimensions }) };
      return succeed({
        path: chatPathOf(model).replace(OPENAI_CHAT, '/api/embed'),
        headers,
        body: Buffer.from(JSON.stringify(body)),
        droppedParams: [],
      });
    },
    decodeAnswer: (body, request) => {
      const { model, embeddings, prompt_eval_count: count } = parseAnswer(body) ?? {};
      const report = {
        model: typeof model === 'string' ? model : '',
        vectors: Array.isArray(embeddings) ? embeddings : [],
        inputTokens: typeof count === 'number' && count >= 0 ? Math.floor(count) : undefined,
      };
      return embeddingAnswer(report, request);
    },
  };
}
