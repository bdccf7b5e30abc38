import type { BusEnds } from './bus-ends.ts';
import { callContract } from './call.contract.ts';
import { requestContract } from './request.contract.ts';

/** What holds whichever way messages are carried. */
export function busContract(name: string, connect: () => Promise<BusEnds>): void {
  describe(name, () => {
    let ends: BusEnds;
    beforeEach(async () => {
      ends = await connect();
    });

    requestContract(() => ends);
    callContract(() => ends);
  });
}
