import type { Behaviour } from '../behaviours/behaviour.ts';
import type { Exchange } from '../http/exchange.ts';

/** A line that is no SSE field, bytes that are no UTF-8, and an event whose data is no JSON. */
export const garbage = Buffer.concat([
  Buffer.from('<html><body>502 Bad Gateway</body></html>\n'),
  Buffer.from([0x00, 0xff, 0xfe, 0xc3, 0x28, 0x0a, 0x0a]),
  Buffer.from('data: {"broken": \n\n'),
]);

/** Does what the behaviour asks for after `sent` content chunks. False when nothing may follow. */
export async function faultAfter(
  sent: number,
  behaviour: Behaviour | undefined,
  exchange: Exchange,
): Promise<boolean> {
  if (behaviour === undefined) return exchange.isOpen;
  if (behaviour.garbageAfterChunks === sent) await exchange.write(garbage);
  if (behaviour.cutAfterChunks === sent) {
    await exchange.cut();
    return false;
  }
  if (behaviour.stallAfterChunks === sent) {
    exchange.stall();
    return false;
  }
  return exchange.isOpen;
}
