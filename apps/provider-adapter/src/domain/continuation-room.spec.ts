import { NO_USAGE } from '@tollgate/contracts';
import { costOf, priceFromOverride, upperBoundCost } from '@tollgate/pricing';
import fc from 'fast-check';
import { continuationRoom } from './continuation-room.ts';

const share = fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true }));
const decimal = fc.nat(100_000_000).map((micro) => (micro / 1e6).toFixed(6));
const price = fc
  .record({ inputPerMTok: decimal, outputPerMTok: decimal, perRequest: decimal })
  .map((override) => priceFromOverride(override));

describe('the room of an answer that goes on elsewhere', () => {
  it('keeps all attempts together within what the request drew, whatever each of them costs', () => {
    fc.assert(
      fc.property(
        price,
        price,
        fc.integer({ min: 1, max: 5_000 }),
        fc.integer({ min: 1, max: 5_000 }),
        fc.record({ input: share, output: share, next: share }),
        fc.nat({ max: 4 }),
        (first, second, requestTokens, cap, shares, times) => {
          // The dearer of both, some times over: a draw that leaves room, and one that leaves none.
          const bounds = [first, second].map((one) => upperBoundCost(one, requestTokens, cap));
          const [a = 0n, b = 0n] = bounds;
          const drawn = (a > b ? a : b) * BigInt(times + 1);
          const tokens = (requestTokens + cap) * (times + 1);
          const used = {
            ...NO_USAGE,
            inputTokens: Math.floor(requestTokens * shares.input),
            outputTokens: Math.floor(cap * shares.output),
          };
          const spentPicoUsd = costOf(first, used).totalPicoUsd;
          const room = continuationRoom({
            draw: { grantId: 'g', amounts: { costPicoUsd: String(drawn), tokens, requests: 1 } },
            limit: cap,
            used,
            spentPicoUsd,
            requestTokens,
            price: second,
          });
          if (!room.hasRoom || room.outputCap === null) return;
          const next = {
            ...NO_USAGE,
            inputTokens: requestTokens + used.outputTokens,
            outputTokens: Math.floor(room.outputCap * shares.next),
          };
          const all = used.inputTokens + used.outputTokens + next.inputTokens + next.outputTokens;
          expect(all).toBeLessThanOrEqual(tokens);
          expect(used.outputTokens + next.outputTokens).toBeLessThanOrEqual(cap);
          const spent = spentPicoUsd + costOf(second, next).totalPicoUsd;
          expect(drawn === 0n || spent <= drawn).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('is there where something is left, and not where nothing is', () => {
    const one = priceFromOverride({ inputPerMTok: '1', outputPerMTok: '1' });
    const room = (tokens: number) =>
      continuationRoom({
        draw: { grantId: 'g', amounts: { costPicoUsd: '0', tokens, requests: 1 } },
        limit: 100,
        used: { ...NO_USAGE, inputTokens: 50, outputTokens: 20 },
        spentPicoUsd: 0n,
        requestTokens: 50,
        price: one,
      });
    expect(room(50 + 20 + 50 + 20 + 30)).toEqual({ hasRoom: true, outputCap: 30 });
    expect(room(50 + 20 + 50 + 20)).toEqual({ hasRoom: false });
  });
});
