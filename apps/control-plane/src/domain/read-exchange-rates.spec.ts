import fc from 'fast-check';
import { readExchangeRates } from './read-exchange-rates.ts';

const ECB_XML = `<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01">
  <gesmes:subject>Reference rates</gesmes:subject>
  <Cube>
    <Cube time='2026-11-20'>
      <Cube currency='USD' rate='1.25'/>
      <Cube currency='JPY' rate='160'/>
    </Cube>
    <Cube time='2026-11-19'><Cube currency='JPY' rate='1'/></Cube>
  </Cube>
</gesmes:Envelope>`;

const read = (text: string) => {
  const reading = readExchangeRates(text);
  if (!reading.ok) return reading.problem;
  const { asOf, usdPerUnit } = reading.rates;
  const day = asOf === null ? null : new Date(asOf).toISOString().slice(0, 10);
  return { day, ...Object.fromEntries(usdPerUnit) };
};

describe('a feed of exchange rates', () => {
  it.each([
    ['JSON', '{"base":"EUR","date":"2026-11-20","rates":{"USD":1.25,"JPY":"160"}}'],
    ["the ECB's XML", ECB_XML],
    ["the ECB's CSV", 'Date, USD, JPY, \n20 November 2026, 1.25, 160, \n'],
  ])('is read as dollars for one unit: %s', (_, text) => {
    expect(read(text)).toEqual({ day: '2026-11-20', EUR: '1.25', JPY: '0.0078125' });
  });

  it('may have the dollar as its base, a time in seconds, and what is none of ours', () => {
    const text = JSON.stringify({
      base: 'USD',
      timestamp: 1_795_132_800,
      rates: { USD: 1, EUR: 0.8, GBP: 0.75, BTCX: 1, BAD: null, NIL: 0, XXX: '1e9' },
    });
    expect(read(text)).toEqual({ day: '2026-11-20', EUR: '1.25', GBP: '1.333333333333' });
  });

  it.each([
    ['{', 'it is no JSON'],
    ['{"rates":{}}', 'it has no "base" and "rates"'],
    ['{"base":"EUR","rates":{"JPY":160}}', 'there is no rate of the dollar for EUR'],
    ['{"base":"USD","rates":{"XXXX":1,"USD":1}}', 'there are no rates'],
    ['<html></html>', 'it has no <Cube time="…">'],
    ['Sorry', 'it is neither JSON nor what the ECB publishes'],
    ['', 'it is neither JSON nor what the ECB publishes'],
  ])('is refused with a reason: %s', (text, problem) => {
    expect(read(text)).toBe(problem);
  });

  it('never throws, and never gives a rate that a budget could not hold', () => {
    const rate = fc.oneof(fc.double({ noNaN: true }), fc.string(), fc.constant(null));
    const json = fc
      .record({
        base: fc.constantFrom('EUR', 'USD', ''),
        rates: fc.dictionary(fc.constantFrom('USD', 'EUR', 'JPY', '__proto__', 'x'), rate),
      })
      .map((value) => JSON.stringify(value));
    fc.assert(
      fc.property(fc.oneof(json, fc.string()), (text) => {
        const reading = readExchangeRates(text);
        if (!reading.ok) return;
        for (const [currency, usdPerUnit] of reading.rates.usdPerUnit) {
          expect(currency).toMatch(/^[A-Z]{3}$/);
          expect(usdPerUnit).toMatch(/^\d{1,15}(\.\d{1,12})?$/);
          expect(usdPerUnit).toMatch(/[1-9]/);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
