import { NO_USAGE } from '@tollgate/contracts';
import { costOf } from './cost.ts';
import { priceFromOverride } from './override-price.ts';

const usage = {
  ...NO_USAGE,
  inputTokens: 100,
  cachedInputTokens: 40,
  cacheWriteTokens: 10,
  outputTokens: 20,
};

describe('a price that the operator gives', () => {
  it('guarantees that the given prices are charged, and the request once', () => {
    const sheet = priceFromOverride({
      inputPerMTok: '2',
      outputPerMTok: '6',
      cachedInputPerMTok: '0.5',
      cacheWritePerMTok: '2.5',
      perRequest: '0.001',
    });
    expect(costOf(sheet, usage).parts).toMatchObject({
      input: 100_000_000n,
      cachedInput: 20_000_000n,
      cacheWrite: 25_000_000n,
      output: 120_000_000n,
      request: 1_000_000_000n,
    });
  });

  it('guarantees that cached tokens cost what input costs when no price is given for them', () => {
    const sheet = priceFromOverride({ inputPerMTok: '2', outputPerMTok: '6' });
    expect(costOf(sheet, usage).totalPicoUsd).toBe(320_000_000n);
  });

  it('guarantees a version that names the source and the prices', () => {
    expect(priceFromOverride({ inputPerMTok: '0.150', outputPerMTok: '0.6' }).version).toBe(
      'connection:input=0.15,output=0.6',
    );
    const free = priceFromOverride(
      { inputPerMTok: '0', outputPerMTok: '0', perRequest: '0.01' },
      'default',
    );
    expect(free.version).toBe('default:input=0,output=0,request=0.01');
    expect(free.source).toBe('default');
  });
});
