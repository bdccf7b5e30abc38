import fc from 'fast-check';
import { planBatch, type StreamedMessage } from './plan-batch.ts';
import { readLine } from './record-line.ts';

const adapter = (id: string): string =>
  `{"v":1,"id":"${id}","x":1,"recordedBy":"provider-adapter"}`;
const gateway = (id: string): string => `{"v":1,"id":"${id}","x":1,"recordedBy":"gateway"}`;
const NOTHING = { isStored: () => false, highestSequence: 0 };
const ids = (rows: readonly { readonly id: string }[]): string[] => rows.map((row) => row.id);

const message = (
  sequence: number,
  lines: readonly string[],
  redeliveries = 0,
): StreamedMessage => ({
  sequence,
  bytes: Buffer.from(lines.join('\n')),
  redeliveries,
});

describe('planBatch', () => {
  it('takes the first of each id in stream order, whatever the order of delivery', () => {
    const plan = planBatch(
      [message(9, [adapter('a'), adapter('b')]), message(3, [adapter('c'), gateway('a')], 1)],
      NOTHING,
    );
    expect(plan.rows.map(({ id, sequence, message }) => ({ id, sequence, message }))).toEqual([
      { id: 'c', sequence: 3, message: 1 },
      { id: 'a', sequence: 3, message: 1 },
      { id: 'b', sequence: 9, message: 0 },
    ]);
    expect(plan.repeats).toBe(1);
  });

  it('suspects what was delivered before, comes from an earlier place, or was written by the gateway', () => {
    const plan = planBatch(
      [
        message(5, [adapter('early')]),
        message(11, [adapter('again')], 2),
        message(12, [adapter('new'), gateway('lost')]),
      ],
      { isStored: () => false, highestSequence: 10 },
    );
    expect(ids(plan.suspects)).toEqual(['early', 'again', 'lost']);
    expect(ids(plan.rows)).toEqual(['early', 'again', 'new', 'lost']);
  });

  it('leaves out what is stored, and sets aside what it cannot read', () => {
    const plan = planBatch([message(1, [adapter('a'), '{"v":1', adapter('b'), '[]'])], {
      isStored: (id) => id === 'a',
      highestSequence: 0,
    });
    expect(ids(plan.rows)).toEqual(['b']);
    expect(plan.repeats).toBe(1);
    expect(plan.unreadable).toEqual([
      { text: '{"v":1', message: 0 },
      { text: '[]', message: 0 },
    ]);
  });

  it('accounts for every line once (property)', () => {
    const lines = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.boolean()));
    const messages = fc.array(fc.tuple(lines, fc.nat(2)));
    fc.assert(
      fc.property(messages, (batch) => {
        const plan = planBatch(
          batch.map(([content, redeliveries], i) =>
            message(
              i + 1,
              content.map(([id, own]) => (own ? adapter(id) : gateway(id))),
              redeliveries,
            ),
          ),
          NOTHING,
        );
        const total = batch.reduce((sum, [content]) => sum + content.length, 0);
        expect(plan.rows.length + plan.repeats + plan.unreadable.length).toBe(total);
        expect(new Set(ids(plan.rows)).size).toBe(plan.rows.length);
      }),
    );
  });
});

describe('readLine', () => {
  it('reads what our encoders write as parsing does (property)', () => {
    const text = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(
        fc.record({
          v: fc.constant(1),
          id: fc.oneof(text, fc.constantFrom('req_1', 'a","recordedBy":"gateway')),
          metadata: fc.dictionary(fc.oneof(text, fc.constantFrom('id', 'recordedBy')), text),
          recordedBy: fc.constantFrom('gateway', 'provider-adapter'),
        }),
        (record) => {
          const head = readLine(Buffer.from(JSON.stringify(record)));
          if (record.id === '' || record.id.length > 64 || record.id.includes('\\'))
            return expect(head).toBeUndefined();
          expect(head).toMatchObject({
            id: record.id,
            isFromGateway: record.recordedBy === 'gateway',
          });
          expect(JSON.parse(head?.bytes.toString() ?? '')).toEqual(record);
        },
      ),
    );
  });

  it('reads records with other spacing and order, and refuses what has no id', () => {
    expect(readLine(Buffer.from(' { "recordedBy": "provider-adapter", "id": "x" } '))).toEqual({
      id: 'x',
      isFromGateway: false,
      bytes: Buffer.from('{"recordedBy":"provider-adapter","id":"x"}'),
    });
    expect(readLine(Buffer.from('{"id":"x"}'))).toMatchObject({ id: 'x', isFromGateway: true });
    for (const text of ['', 'null', '[]', '"id"', '{}', '{"id":1}', '{"id":""}', '{"id":"x"'])
      expect(readLine(Buffer.from(text))).toBeUndefined();
  });
});
