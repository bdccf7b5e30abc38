import fc from 'fast-check';
import { decodeSpoolRecords, encodeSpoolRecord } from '../src/durable/spool-record.ts';
import { readSpoolName, writeSpoolName } from '../src/durable/spool-owner.ts';

const anyBatch = fc
  .record({ id: fc.string(), subject: fc.string(), payload: fc.uint8Array() })
  .map(({ id, subject, payload }) => ({ id, subject, payload: Buffer.from(payload) }));

describe('spool records', () => {
  it('come back as they were written, up to where the file was torn', () => {
    fc.assert(
      fc.property(fc.array(anyBatch, { minLength: 1, maxLength: 5 }), fc.nat(), (batches, cut) => {
        const records = batches.map(encodeSpoolRecord);
        const last = records.at(-1)?.length ?? 0;
        const whole = Buffer.concat(records);
        expect(decodeSpoolRecords(whole)).toEqual({ batches, tornBytes: 0 });
        const torn = whole.subarray(0, whole.length - 1 - (cut % last));
        expect(decodeSpoolRecords(torn).batches).toEqual(batches.slice(0, -1));
      }),
    );
  });

  it('with a flipped bit are not believed', () => {
    fc.assert(
      fc.property(anyBatch, fc.nat(), fc.integer({ min: 0, max: 7 }), (batch, at, bit) => {
        const record = encodeSpoolRecord(batch);
        const index = at % record.length;
        record[index] = (record[index] ?? 0) ^ (1 << bit);
        expect(decodeSpoolRecords(record).batches).toEqual([]);
      }),
    );
  });

  it('stand in files whose names say who writes them', () => {
    const name = { instance: 'ins_1', host: 'pod-7', pid: 12, number: 3, state: 'open' } as const;
    expect(readSpoolName(writeSpoolName(name))).toEqual(name);
    expect(readSpoolName('notes.txt')).toBeUndefined();
  });
});
