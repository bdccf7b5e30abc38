import fc from 'fast-check';
import { type Opaque, WIRES } from '@tollgate/neutral';
import { carrySignature, carryThought, readSignature, readThought } from './carried-signature.ts';

const opaque = fc.record({ wire: fc.constantFrom(...WIRES), value: fc.string({ minLength: 1 }) });

describe('a signature', () => {
  it("is unchanged when it is Google's, base64 when it is another's, and comes back as it was", () => {
    fc.assert(
      fc.property(opaque, (signature: Opaque) => {
        // Google's own are base64, which the marked ones of others never are by chance.
        if (signature.wire === 'gemini' && /^dGcx/.test(signature.value)) return;
        const carried = carrySignature(signature);
        if (signature.wire === 'gemini') expect(carried).toBe(signature.value);
        else expect(Buffer.from(carried, 'base64').toString('base64')).toBe(carried);
        expect(readSignature(carried)).toEqual(signature);
        const thought = { signature, id: 'rs_1', isSummary: true, isRedacted: true } as const;
        const read = readThought(carryThought(thought) ?? '');
        expect(read).toEqual(signature.wire === 'gemini' ? { signature } : thought);
        expect(readThought(carryThought({ signature }) ?? '')).toEqual({ signature });
      }),
    );
  });
});
