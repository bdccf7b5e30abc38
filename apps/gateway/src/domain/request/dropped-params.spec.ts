import fc from 'fast-check';
import { showDroppedParams } from './dropped-params.ts';

describe('showDroppedParams', () => {
  it('guarantees the names as they are where they are safe', () => {
    expect(showDroppedParams(['seed', 'tools[].function.parameters.$schema'])).toBe(
      'seed,tools[].function.parameters.$schema',
    );
  });

  it('guarantees that no name can end the header or forge another', () => {
    expect(showDroppedParams(['a\r\nx-evil: 1', 'b,c'])).toBe('a__x-evil__1,b_c');
  });

  it('guarantees a bounded value of safe characters for any names', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 300 }), { maxLength: 300 }), (names) => {
        const shown = showDroppedParams(names);
        expect(shown).toMatch(/^[\w.[\]$,+-]*$/);
        expect(shown.length).toBeLessThan(4_200);
      }),
    );
    expect(showDroppedParams(Array.from({ length: 100 }, () => 'x'.repeat(200)))).toMatch(/,\+69$/);
  });
});
