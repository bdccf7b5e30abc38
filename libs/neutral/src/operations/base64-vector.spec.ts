import fc from 'fast-check';
import { vectorFromBase64, vectorToBase64 } from './base64-vector.ts';

describe('vectors as base64', () => {
  it('guarantees that 32-bit floats come back bit for bit', () => {
    fc.assert(
      fc.property(fc.float32Array({ minLength: 1, noNaN: true }), (vector) => {
        expect(vectorFromBase64(vectorToBase64(vector))).toEqual(vector);
      }),
    );
  });

  it('guarantees little-endian order', () => {
    expect(vectorToBase64([1, -2])).toBe('AACAPwAAAMA=');
  });

  it.each(['', 'AAA=', 'AACAPwA='])('guarantees that %j is no vector', (text) => {
    expect(vectorFromBase64(text)).toBeUndefined();
  });
});
