import { type JsonMember, scanTopLevel } from '@tollgate/dialects';
import { type Splice, spliceBytes } from './splice-bytes.ts';

/** Far deeper than any request that was let in. */
const MAX_DEPTH = 512;

/**
 * Changes to the top level of one JSON object, made by splicing its bytes: numbers, order, spacing and unknown fields
 * of everything else stay exactly as the client wrote them.
 */
export class JsonEdits {
  private readonly splices: Splice[] = [];
  private readonly removed = new Set<JsonMember>();
  private inserted = '';

  private constructor(
    private readonly bytes: Uint8Array,
    private readonly members: readonly JsonMember[],
  ) {}

  /** Undefined when the bytes are no JSON object. */
  static of(bytes: Uint8Array): JsonEdits | undefined {
    const scan = scanTopLevel(bytes, { maxDepth: MAX_DEPTH });
    return scan.ok ? new JsonEdits(bytes, scan.members) : undefined;
  }

  find(key: string): JsonMember | undefined {
    return this.members.find((member) => member.key === key);
  }

  valueBytes(member: JsonMember): Uint8Array {
    return this.bytes.subarray(member.valueStart, member.valueEnd);
  }

  isNull(member: JsonMember): boolean {
    return member.valueEnd - member.valueStart === 4 && this.bytes[member.valueStart] === 0x6e;
  }

  /** @param json the new value's JSON text */
  set(key: string, json: string): void {
    const member = this.find(key);
    if (member) this.splices.push({ start: member.valueStart, end: member.valueEnd, text: json });
    else this.inserted += `${JSON.stringify(key)}:${json},`;
  }

  rename(member: JsonMember, key: string): void {
    const end = this.endOfKey(member);
    this.splices.push({ start: member.keyStart, end, text: JSON.stringify(key) });
  }

  remove(member: JsonMember): void {
    this.removed.add(member);
  }

  apply(): Uint8Array {
    const splices = [...this.splices, ...this.removals()];
    if (this.inserted !== '') {
      const at = this.bytes.indexOf(0x7b) + 1;
      const isAlone = this.members.length === this.removed.size;
      splices.push({
        start: at,
        end: at,
        text: isAlone ? this.inserted.slice(0, -1) : this.inserted,
      });
    }
    return spliceBytes(this.bytes, splices);
  }

  /** Each member goes with the comma after it, or, behind the last one that stays, with the comma before it. */
  private *removals(): Generator<Splice> {
    const { members, removed } = this;
    if (removed.size === 0) return;
    let lastKept: JsonMember | undefined;
    for (const [index, member] of members.entries()) {
      if (!removed.has(member)) {
        lastKept = member;
        continue;
      }
      const rest = members.slice(index).find((other) => !removed.has(other));
      if (rest) {
        const next = members[index + 1];
        yield { start: member.keyStart, end: next?.keyStart ?? member.valueEnd, text: '' };
        continue;
      }
      const start = lastKept?.valueEnd ?? member.keyStart;
      yield { start, end: members.at(-1)?.valueEnd ?? member.valueEnd, text: '' };
      return;
    }
  }

  private endOfKey(member: JsonMember): number {
    let end = member.keyStart + 1;
    while (this.bytes[end] !== 0x22) end += this.bytes[end] === 0x5c ? 2 : 1;
    return end + 1;
  }
}
