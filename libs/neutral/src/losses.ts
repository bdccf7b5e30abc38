import { fail, failure, type Failure, type Result, succeed } from '@tollgate/contracts';

/** `strict`: what cannot be expressed is refused. `lenient`: it is dropped and named, where a rule allows that. */
export type LossPolicy = 'strict' | 'lenient';

/**
 * Gathers, while a request is encoded, what the target cannot express. Nothing is lost in silence: each loss is dropped by
 * name or refused by name. A name is the field's on OpenAI's chat (`ConversationField`), with a path where a part of it
 * is meant, e.g. `tools[].function.parameters.$schema`, or the client's own name for one that has no neutral meaning.
 */
export class Losses {
  private readonly names = new Set<string>();
  private refused: string | null = null;

  constructor(
    private readonly policy: LossPolicy,
    /** Who cannot express it, for the message. */
    private readonly provider: string,
  ) {}

  /** The answer is as good without it: left out under `lenient`, refused under `strict`. */
  drop(name: string): void {
    this.names.add(name);
    if (this.policy === 'strict') this.refused ??= name;
  }

  /** The answer would not be what was asked for without it: refused under both. */
  refuse(name: string): void {
    this.refused ??= name;
  }

  /** Rewritten by a declared rule without a loss of meaning (a schema's keywords): named, never refused. */
  adapt(name: string): void {
    this.names.add(name);
  }

  /** What was dropped or rewritten, or the failure that names the first thing that could not be. */
  settle(): Result<readonly string[], Failure> {
    if (this.refused !== null) {
      const param = this.refused;
      const message = `"${param}" cannot be expressed on ${this.provider}.`;
      return fail(failure('request.unsupported_by_provider', { param, message }));
    }
    return succeed(this.names.size === 0 ? NONE : [...this.names]);
  }
}

const NONE: readonly string[] = [];
