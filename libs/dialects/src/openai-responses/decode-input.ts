import {
  fail,
  failure,
  type Failure,
  type FailureCode,
  type Result,
  succeed,
} from '@tollgate/contracts';
import type { Message, Opaque, Part, Role, ToolResultPart } from '@tollgate/neutral';
import { isObject } from '../chat/fields.ts';
import { type CarriedSignature, readCarriedSignature, readCarrierId } from './carried-signature.ts';
import { type ContentPart, decodeContent, foreign, text } from './decode-content.ts';
import { decodeReasoning } from './decode-reasoning.ts';

type Raw = Readonly<Record<string, unknown>>;

/** The items of a conversation as messages: what the model gave in one turn is one message. */
export function decodeInput(
  instructions: unknown,
  input: unknown,
): Result<readonly Message[], Failure> {
  const reader = new ItemReader();
  if (typeof instructions === 'string' && instructions !== '')
    reader.say('system', [{ type: 'text', text: instructions }]);
  if (typeof input === 'string') reader.say('user', [{ type: 'text', text: input }]);
  else if (Array.isArray(input)) {
    for (const [i, item] of input.entries()) {
      const problem = isObject(item) ? reader.read(item, `input[${i}]`) : null;
      if (problem) return fail(problem);
    }
  }
  return succeed(reader.messages());
}

class ItemReader {
  private readonly said: Message[] = [];
  /** What the model gave in the turn that is being read. */
  private turn: Part[] = [];
  private readonly callSignatures = new Map<string, Opaque>();

  messages(): readonly Message[] {
    this.endTurn();
    return this.callSignatures.size === 0 ? this.said : this.said.map((one) => this.sign(one));
  }

  say(role: Role, parts: readonly Part[]): void {
    if (role === 'assistant') {
      this.turn.push(...parts);
      return;
    }
    this.endTurn();
    this.said.push({ role, parts });
  }

  read(item: Raw, param: string): Failure | null {
    switch (item.type) {
      case undefined:
      case 'message':
        return this.readMessage(item, param);
      case 'function_call':
        this.turn.push(callOf(item, 'function', text(item.arguments)));
        return null;
      case 'custom_tool_call':
        this.turn.push(callOf(item, 'custom', text(item.input)));
        return null;
      case 'function_call_output':
        this.say('tool', [resultOf(item, 'function')]);
        return null;
      case 'custom_tool_call_output':
        this.say('tool', [resultOf(item, 'custom')]);
        return null;
      case 'reasoning':
        this.readReasoning(item);
        return null;
      case 'item_reference':
        return this.readReference(item, param);
      default:
        this.say(/_(output|response)$/.test(text(item.type)) ? 'tool' : 'assistant', [
          foreign(item),
        ]);
        return null;
    }
  }

  private readMessage(item: Raw, param: string): Failure | null {
    const role = ROLES.find((name) => name === item.role);
    if (!role) {
      const message = `"${param}.role" must be one of ${ROLES.join(', ')}.`;
      return problemAt('request.validation_error', `${param}.role`, message);
    }
    this.say(role, decodeContent(item.content));
    return null;
  }

  private readReasoning(item: Raw): void {
    const carried = readCarriedSignature(text(item.encrypted_content));
    if (carried) this.readCarried(carried);
    else this.turn.push(...decodeReasoning(item));
  }

  /** Without what was thought an answer is still possible; without what was said it would not be the one asked for. */
  private readReference(item: Raw, param: string): Failure | null {
    const id = text(item.id);
    const carried = readCarrierId(id);
    if (carried) this.readCarried(carried);
    else if (id.startsWith('rs_')) this.turn.push(foreign(item));
    else return stored(param, 'item_reference');
    return null;
  }

  private readCarried(carried: CarriedSignature): void {
    if (carried.of === 'call') {
      this.callSignatures.set(carried.callId, carried.signature);
      return;
    }
    const at = this.turn.findLastIndex((part) => part.type === 'text');
    const part = this.turn[at];
    const { signature } = carried;
    if (part?.type === 'text') this.turn[at] = { ...part, signature };
    else this.turn.push({ type: 'text', text: '', signature });
  }

  private sign(message: Message): Message {
    const parts = message.parts.map((part) => {
      const signature = part.type === 'tool-call' ? this.callSignatures.get(part.id) : undefined;
      return part.type === 'tool-call' && signature ? { ...part, signature } : part;
    });
    return { ...message, parts };
  }

  private endTurn(): void {
    if (this.turn.length > 0) this.said.push({ role: 'assistant', parts: this.turn });
    this.turn = [];
  }
}

const ROLES = ['user', 'assistant', 'system', 'developer'] as const;

function callOf(item: Raw, kind: 'function' | 'custom', argumentsText: string): Part {
  const id = text(item.call_id);
  return { type: 'tool-call', id, name: text(item.name), argumentsText, kind };
}

function resultOf(item: Raw, kind: 'function' | 'custom'): ToolResultPart {
  const parts = decodeContent(item.output).map(resultContent);
  return { type: 'tool-result', callId: text(item.call_id), parts, kind };
}

/** A part that no other wire knows is shown to the model as it was written. */
function resultContent(part: ContentPart): ToolResultPart['parts'][number] {
  if (part.type === 'refusal') return { type: 'text', text: part.text };
  return part.type === 'foreign' ? { type: 'text', text: JSON.stringify(part.json) } : part;
}

/** What one provider keeps cannot be told to another. */
export function stored(param: string, what: string): Failure {
  const message = `"${param}" (${what}) stands for what is not kept here; send the items themselves ("store": false).`;
  return problemAt('request.unsupported_by_provider', param, message);
}

function problemAt(code: FailureCode, param: string, message: string): Failure {
  return failure(code, { param, message });
}
