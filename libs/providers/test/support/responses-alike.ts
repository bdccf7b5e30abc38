import type { Response as SdkResponse } from 'openai/resources/responses/responses';
import { repeatedIds, seen } from './responses-sdk.ts';

export const CONTRADICTS =
  'a stream whose arguments, scrubbed by the recorder, differ from their deltas';

export function contradictsItself(bytes: Buffer): boolean {
  const written = new Map<string, string>();
  for (const [, data = ''] of bytes.toString().matchAll(/^data: (\{.*)$/gm)) {
    const { type, item_id: id, delta, arguments: whole } = JSON.parse(data);
    if (type === 'response.function_call_arguments.delta')
      written.set(id, (written.get(id) ?? '') + delta);
    if (type === 'response.function_call_arguments.done' && written.get(id) !== whole) return true;
  }
  return false;
}

export function sealedIn(bytes: Buffer): ReadonlySet<string> {
  const found = bytes.toString().matchAll(/"encrypted_content":"([^"]+)"/g);
  return new Set([...found].map(([, value = '']) => value));
}

/** OpenAI encrypts the same reasoning anew for each event that holds it, and rounds log probabilities at the end. */
export function comparable<T>(value: T, sealed: ReadonlySet<string>): T {
  return JSON.parse(JSON.stringify(value), (_key, one) => {
    if (typeof one === 'number') return Number(one.toFixed(6));
    return sealed.has(one) ? 'sealed' : one;
  });
}

/** xAI gives several items one id; told again, each has its own. */
export function seenAlike(raw: SdkResponse, read: SdkResponse): ReturnType<typeof seen> {
  const expected = seen(raw);
  return repeatedIds(raw).length === 0
    ? expected
    : { ...expected, reasoning: withIdsOf(seen(read).reasoning, expected.reasoning) };
}

function withIdsOf(
  ids: ReturnType<typeof seen>['reasoning'],
  items: ReturnType<typeof seen>['reasoning'],
): ReturnType<typeof seen>['reasoning'] {
  return items.map(([, ...rest], i) => [ids[i]?.[0], ...rest]);
}
