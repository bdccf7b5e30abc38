import type { Answer, Choice, Finish, TokenLogprob } from './answer.ts';
import type { AnswerEvent, EmitEvent } from './answer-event.ts';
import type { Opaque } from './opaque.ts';
import type { AnswerPart } from './parts.ts';

const UNFINISHED: Finish = { reason: 'other', raw: null };

interface OpenChoice {
  readonly parts: AnswerPart[];
  finish: Finish;
  logprobs: TokenLogprob[] | null;
}

/** Puts a streamed answer together: what the unary answer would have been. */
export class AnswerFold {
  private head: Omit<Answer, 'choices' | 'usage'> = { id: '', model: '', createdAt: null };
  private usage: Answer['usage'] = null;
  private readonly choices: OpenChoice[] = [];

  push(event: AnswerEvent): void {
    switch (event.type) {
      case 'start': {
        const { id, model, createdAt, serviceTier, systemFingerprint, usage } = event;
        this.usage = usage ?? null;
        this.head = {
          id,
          model,
          createdAt,
          ...(serviceTier === undefined ? {} : { serviceTier }),
          ...(systemFingerprint === undefined ? {} : { systemFingerprint }),
        };
        return;
      }
      case 'part':
        this.choice(event.choice).parts[event.part] = event.value;
        return;
      case 'delta':
        return this.change(event, (part) => extended(part, event.text));
      case 'transcript':
        return this.change(event, (part) =>
          part.type === 'audio'
            ? { ...part, transcript: (part.transcript ?? '') + event.text }
            : part,
        );
      case 'signature':
        return this.change(event, (part) => signed(part, event.signature));
      case 'citation':
        return this.change(event, (part) =>
          part.type === 'text'
            ? { ...part, citations: [...(part.citations ?? []), event.citation] }
            : part,
        );
      case 'logprobs':
        (this.choice(event.choice).logprobs ??= []).push(...event.tokens);
        return;
      case 'finish':
        this.choice(event.choice).finish = event.finish;
        return;
      case 'usage':
        this.usage = event.usage;
        if (event.serviceTier !== undefined)
          this.head = { ...this.head, serviceTier: event.serviceTier };
        return;
      case 'part-end':
      case 'end':
        return;
    }
  }

  answer(): Answer {
    const choices = this.choices.map(
      ({ parts, finish, logprobs }, index): Choice => ({
        index,
        parts: parts.filter((part) => part !== undefined),
        finish,
        ...(logprobs ? { logprobs } : {}),
      }),
    );
    return { ...this.head, choices, usage: this.usage };
  }

  private choice(index: number): OpenChoice {
    while (this.choices.length <= index)
      this.choices.push({ parts: [], finish: UNFINISHED, logprobs: null });
    return this.choices[index] as OpenChoice;
  }

  private change(
    at: { readonly choice: number; readonly part: number },
    change: (part: AnswerPart) => AnswerPart,
  ): void {
    const { parts } = this.choice(at.choice);
    const part = parts[at.part];
    if (part) parts[at.part] = change(part);
  }
}

/** Tells a whole answer as events: for clients that asked for a stream of a provider that gave none. */
export function unfoldAnswer(answer: Answer, emit: EmitEvent): void {
  const { choices, usage, ...head } = answer;
  emit({ type: 'start', ...head });
  for (const { index: choice, parts, finish, logprobs } of choices) {
    if (logprobs) emit({ type: 'logprobs', choice, tokens: logprobs });
    for (const [part, value] of parts.entries()) {
      emit({ type: 'part', choice, part, value });
      emit({ type: 'part-end', choice, part });
    }
    emit({ type: 'finish', choice, finish });
  }
  if (usage) emit({ type: 'usage', usage });
  emit({ type: 'end' });
}

function extended(part: AnswerPart, text: string): AnswerPart {
  switch (part.type) {
    case 'text':
    case 'reasoning':
    case 'refusal':
      return { ...part, text: part.text + text };
    case 'tool-call':
      return { ...part, argumentsText: part.argumentsText + text };
    case 'audio':
    case 'image':
      return part.source.kind === 'data'
        ? { ...part, source: { ...part.source, base64: part.source.base64 + text } }
        : part;
    case 'foreign':
      return part;
  }
}

function signed(part: AnswerPart, signature: Opaque): AnswerPart {
  switch (part.type) {
    case 'text':
    case 'image':
    case 'tool-call':
    case 'reasoning':
      return { ...part, signature };
    default:
      return part;
  }
}
