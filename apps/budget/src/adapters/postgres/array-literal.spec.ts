import fc from 'fast-check';
import { useLedger } from '../../../test/ledger-fixture.ts';
import { ArrayLiteral } from './array-literal.ts';

const fixture = useLedger();

describe('ArrayLiteral', () => {
  it('reads in Postgres as what was added, whatever it is', async () => {
    const text = fc.oneof(
      fc.constantFrom('null', 'NULL', '', '"', '\\', '{}', ',', ' a ', 'grt_01k9'),
      fc.string({ unit: 'grapheme' }).filter((one) => !one.includes('\0')),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(text), { minLength: 1 }), async (texts) => {
        const literal = new ArrayLiteral();
        for (const one of texts) literal.addText(one);
        const [row] = await fixture
          .database()
          .query<{ read: (string | null)[] }>('select $1::text[] as read', [literal.toString()]);
        expect(row?.read).toEqual(texts);
      }),
    );
  });
});
