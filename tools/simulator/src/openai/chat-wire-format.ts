import type { ChatAnswer, Choice, FinishReason, Piece } from './chat-answer.ts';

const fingerprint = 'fp_simulator';

/** The body of a unary answer. */
export function unaryBody(answer: ChatAnswer): string {
  return JSON.stringify({
    id: answer.id,
    object: 'chat.completion',
    created: answer.created,
    model: answer.model,
    choices: answer.choices.map((choice, index) => ({
      index,
      message: messageOf(choice),
      logprobs: null,
      finish_reason: choice.finishReason,
    })),
    usage: answer.usage,
    service_tier: 'default',
    system_fingerprint: fingerprint,
  });
}

/** The chunks of a streamed answer, as server-sent events. */
/** An answer as a wire streams it. Made anew for each answer: it may remember what it wrote. */
export interface ChunkFormat {
  readonly contentType: string;
  /** The first chunk of a choice: its role. */
  opening(index: number): string | Buffer;
  content(index: number, piece: Piece): string | Buffer;
  closing(index: number, reason: FinishReason): string | Buffer;
  /** The usage, if asked for, and the end. */
  tail(): string | Buffer;
}

/** With `includesUsage` each chunk says `"usage":null` and one more, without choices, says the usage. */
export function chunkFormat(answer: ChatAnswer, includesUsage: boolean): ChunkFormat {
  const { id, created, model } = answer;
  const fixed = { id, object: 'chat.completion.chunk', created, model };
  const head = `data: ${JSON.stringify({ ...fixed, service_tier: 'default', system_fingerprint: fingerprint }).slice(0, -1)},"choices":[`;
  const foot = includesUsage ? '],"usage":null}\n\n' : ']}\n\n';
  const chunk = (index: number, delta: object, reason: FinishReason | null): string =>
    `${head}{"index":${index},"delta":${JSON.stringify(delta)},"logprobs":null,"finish_reason":${JSON.stringify(reason)}}${foot}`;
  return {
    contentType: 'text/event-stream; charset=utf-8',
    opening: (index) => chunk(index, { role: 'assistant', content: '', refusal: null }, null),
    content: (index, piece) => chunk(index, deltaOf(piece), null),
    closing: (index, reason) => chunk(index, {}, reason),
    tail: () => {
      const usage = `${head}],"usage":${JSON.stringify(answer.usage)}}\n\n`;
      return `${includesUsage ? usage : ''}data: [DONE]\n\n`;
    },
  };
}

function deltaOf(piece: Piece): object {
  switch (piece.kind) {
    case 'text':
      return { content: piece.text };
    case 'call': {
      const { call: index, id, name } = piece;
      return { tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] };
    }
    case 'arguments':
      return { tool_calls: [{ index: piece.call, function: { arguments: piece.text } }] };
  }
}

interface WholeCall {
  readonly id: string;
  readonly type: 'function';
  readonly function: { readonly name: string; arguments: string };
}

function messageOf(choice: Choice): object {
  const calls: WholeCall[] = [];
  let text = '';
  for (const piece of choice.pieces) {
    if (piece.kind === 'text') text += piece.text;
    else if (piece.kind === 'call') {
      calls.push({
        id: piece.id,
        type: 'function',
        function: { name: piece.name, arguments: '' },
      });
    } else {
      const call = calls[piece.call];
      if (call !== undefined) call.function.arguments += piece.text;
    }
  }
  const common = { role: 'assistant', refusal: null, annotations: [] };
  if (calls.length > 0) return { ...common, content: null, tool_calls: calls };
  return { ...common, content: text };
}
