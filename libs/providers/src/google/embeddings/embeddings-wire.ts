import { succeed } from '@tollgate/contracts';
import { embeddingAnswer } from '../../operations/embedding-answer.ts';
import type { OperationWire } from '../../operation-wire.ts';
import type { GoogleEndpoint } from '../endpoint.ts';
import { readEmbeddings } from './decode-answer.ts';
import { encodeBatch, encodePrediction, encodeSingle, noteLosses } from './encode-request.ts';

/** Google's embeddings in neutral terms: `batchEmbedContents`; on Vertex `predict`, or `embedContent` for newer models. */
export function embeddingsWire(
  endpoint: GoogleEndpoint,
  credential: string | null,
): OperationWire<'embeddings'> {
  const { headers, isVertex } = endpoint;
  return {
    encodeRequest: ({ request, model, losses }) => {
      noteLosses(request, losses);
      const isSingle = isVertex && takesOneContent(model);
      const method = isVertex ? (isSingle ? 'embedContent' : 'predict') : 'batchEmbedContents';
      const body = isSingle
        ? encodeSingle(request, losses)
        : isVertex
          ? encodePrediction(request, losses)
          : encodeBatch(request, model, losses);
      return succeed({
        path: endpoint.pathOf(model, method),
        headers,
        body: Buffer.from(JSON.stringify(body)),
        droppedParams: [],
      });
    },
    decodeAnswer: (body, request) => {
      const read = readEmbeddings(body, credential);
      return read.ok ? embeddingAnswer({ ...read, model: request.model }, request) : read;
    },
  };
}

/** As Google's own SDK tells them apart (@google/genai, `embedContent`, 2026-11). */
function takesOneContent(model: string): boolean {
  const name = model.slice(model.lastIndexOf('/') + 1);
  return (name.includes('gemini') && name !== 'gemini-embedding-001') || name.includes('maas');
}
