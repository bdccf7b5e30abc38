import type { Citation, Finish, TokenLogprob } from '@tollgate/neutral';
import { isObject } from '../chat/fields.ts';
import { encodeFinishReason } from './finish-reason.ts';

/** Gathers what stands beside a candidate's content: sources, logprobs, what Google itself said, and how it ended. */
export class CandidateNotes {
  private readonly texts = new Map<number, string>();
  private readonly citations: { readonly part: number; readonly citation: Citation }[] = [];
  private readonly logprobs: TokenLogprob[] = [];
  private own: Readonly<Record<string, unknown>> = {};
  private malformed: string | undefined;

  /** @param part counted in the choice; texts must come in the order in which they are shown */
  noteText(part: number, text: string): void {
    this.texts.set(part, (this.texts.get(part) ?? '') + text);
  }

  cite(part: number, citation: Citation): void {
    this.citations.push({ part, citation });
  }

  noteLogprobs(tokens: readonly TokenLogprob[]): void {
    this.logprobs.push(...tokens);
  }

  /** What a Google answer said beside the content; sources in it stand for the citations. */
  noteOwn(json: unknown): void {
    if (isObject(json)) this.own = { ...this.own, ...json };
  }

  /** A call whose arguments cannot be told. */
  noteMalformedCall(name: string, argumentsText: string): void {
    this.malformed ??= `Malformed function call: ${name}(${argumentsText})`;
  }

  /** The fields of the candidate but `content` and `index`. */
  encode(finish: Finish): Readonly<Record<string, unknown>> {
    const grounding = this.grounding();
    return {
      ...(this.malformed === undefined
        ? { finishReason: encodeFinishReason(finish) }
        : { finishReason: 'MALFORMED_FUNCTION_CALL', finishMessage: this.malformed }),
      ...(grounding ? { groundingMetadata: grounding } : {}),
      ...(this.logprobs.length > 0 ? { logprobsResult: encodeLogprobs(this.logprobs) } : {}),
      ...this.own,
    };
  }

  private grounding(): object | undefined {
    if ('groundingMetadata' in this.own || 'citationMetadata' in this.own) return undefined;
    const chunks: object[] = [];
    const known = new Map<string, number>();
    const supports: object[] = [];
    for (const { part, citation } of this.citations) {
      const chunk = chunkOf(citation);
      if (!chunk) continue;
      const key = JSON.stringify(chunk);
      const index = known.get(key) ?? chunks.push(chunk) - 1;
      known.set(key, index);
      const segment = this.segment(part, citation);
      if (segment) supports.push({ segment, groundingChunkIndices: [index] });
    }
    if (chunks.length === 0) return undefined;
    return {
      groundingChunks: chunks,
      ...(supports.length > 0 ? { groundingSupports: supports } : {}),
    };
  }

  /** Google counts bytes of the whole text. */
  private segment(part: number, { startIndex, endIndex }: Citation): object | undefined {
    if (endIndex === undefined) return undefined;
    let before = 0;
    for (const [index, text] of this.texts) if (index < part) before += Buffer.byteLength(text);
    const text = this.texts.get(part) ?? '';
    const start = startIndex ?? 0;
    return {
      startIndex: before + Buffer.byteLength(text.slice(0, start)),
      endIndex: before + Buffer.byteLength(text.slice(0, endIndex)),
      text: text.slice(start, endIndex),
    };
  }
}

function chunkOf({ kind, url, title, citedText }: Citation): object | undefined {
  const named = {
    ...(url === undefined ? {} : { uri: url }),
    ...(title === undefined ? {} : { title }),
  };
  if (kind === 'url' && url !== undefined) return { web: named };
  const text = citedText === undefined ? {} : { text: citedText };
  const context = { ...named, ...text };
  return Object.keys(context).length > 0 ? { retrievedContext: context } : undefined;
}

function encodeLogprobs(tokens: readonly TokenLogprob[]): object {
  const encode = ({ token, logprob }: Pick<TokenLogprob, 'token' | 'logprob'>): object => ({
    token,
    logProbability: logprob,
  });
  return {
    chosenCandidates: tokens.map(encode),
    topCandidates: tokens.map(({ topLogprobs }) => ({ candidates: topLogprobs.map(encode) })),
  };
}
