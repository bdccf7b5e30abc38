import type { Losses } from '@tollgate/neutral';

const TAKEN_AS_IT_IS = /^[a-zA-Z0-9_-]{1,64}$/;

/** Ids of tool calls as Anthropic and Converse take them: others are rewritten by rule, the same for a call and its result. */
export class ToolUseIds {
  private readonly known = new Map<string, string>();
  private readonly used = new Set<string>();

  constructor(private readonly losses: Losses) {}

  of(id: string): string {
    const known = this.known.get(id);
    if (known !== undefined) return known;
    const base = TAKEN_AS_IT_IS.test(id) ? id : this.rewritten(id);
    let unique = base;
    for (let count = 2; this.used.has(unique); count++) unique = `${base.slice(0, 58)}-${count}`;
    this.known.set(id, unique);
    this.used.add(unique);
    return unique;
  }

  private rewritten(id: string): string {
    this.losses.adapt('messages[].tool_calls[].id');
    return id.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, 64) || 'call';
  }
}
