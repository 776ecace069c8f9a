import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SettlementCursor } from '../../../contracts/settlement/settlement.ts';
import type { UnsettledInstruction } from '../../../contracts/settlement/settlement-store.ts';
import { cutChunk } from '../../../use-cases/settlement/cut-chunk.ts';

const due = (
  settlementDate: string,
  accountId: string,
  executionId: string,
): UnsettledInstruction => ({
  ...{
    executionId,
    broker: 'paper-broker',
    brokerExecutionId: executionId,
    orderId: 'o',
    accountId,
    symbol: 'AAPL',
    side: 'BUY',
  },
  ...{ quantity: '1', price: '1', cash: '1.00', settlementDate },
  executedAt: '2026-11-20T15:00:00.000Z',
});

const groupOf = ({ settlementDate, accountId }: SettlementCursor): string =>
  `${settlementDate} ${accountId}`;

describe('a chunk', () => {
  it('is all that was read when that is no more than a chunk holds, and then the last', () => {
    const read = [due('2026-11-23', 'b', '1'), due('2026-11-24', 'a', '2')];
    expect(cutChunk(read, null, 2)).toEqual({
      instructions: read,
      cursor: { settlementDate: '2026-11-24', accountId: 'a' },
      isLast: true,
    });
  });

  it('of nothing leaves the cursor where it was', () => {
    const cursor = { settlementDate: '2026-11-23', accountId: 'b' };
    expect(cutChunk([], cursor, 2)).toEqual({ instructions: [], cursor, isLast: true });
  });

  it('leaves to the next one the account that goes on beyond it', () => {
    const [one, two, three] = [
      due('2026-11-24', 'a', '1'),
      due('2026-11-24', 'b', '2'),
      due('2026-11-24', 'b', '3'),
    ];
    expect(cutChunk([one, two, three], null, 2)).toEqual({
      instructions: [one],
      cursor: { settlementDate: '2026-11-24', accountId: 'a' },
      isLast: false,
    });
  });

  it('is too large when one account alone is more', () => {
    expect(
      cutChunk(
        ['1', '2', '3'].map((id) => due('2026-11-24', 'a', id)),
        null,
        2,
      ),
    ).toBe('TOO_LARGE');
  });

  it('takes for two groups what one account has due on two dates', () => {
    const read = [
      due('2026-11-23', 'a', '1'),
      due('2026-11-24', 'a', '2'),
      due('2026-11-24', 'a', '3'),
    ];
    expect(cutChunk(read, null, 2)).toMatchObject({
      instructions: [{ executionId: '1' }],
      isLast: false,
    });
  });

  it('after chunk, read as the store reads, covers everything once, in order, and never cuts a group that fits', () => {
    const groups = fc.array(fc.integer({ min: 1, max: 7 }), { maxLength: 12 });
    fc.assert(
      fc.property(groups, fc.integer({ min: 7, max: 10 }), (sizes, sizeMax) => {
        const all = sizes.flatMap((size, group) =>
          Array.from({ length: size }, (_, index) =>
            due(`2026-11-${10 + Math.floor(group / 4)}`, String(group % 4), `${group}/${index}`),
          ),
        );
        const settled: string[] = [];
        for (let cursor: SettlementCursor | null = null; ; ) {
          const after = cursor;
          const left = all.filter((one) => after === null || groupOf(one) > groupOf(after));
          const chunk = cutChunk(left.slice(0, sizeMax + 1), cursor, sizeMax);
          if (chunk === 'TOO_LARGE') return expect.fail('every group fits');
          expect(chunk.instructions.length).toBeLessThanOrEqual(sizeMax);
          const inChunk = new Set(chunk.instructions.map(({ executionId }) => executionId));
          const groupsIn = new Set(chunk.instructions.map(groupOf));
          for (const one of all)
            if (groupsIn.has(groupOf(one))) expect(inChunk.has(one.executionId)).toBe(true);
          settled.push(...inChunk);
          cursor = chunk.cursor;
          if (chunk.isLast) break;
        }
        expect(settled).toEqual(all.map(({ executionId }) => executionId));
      }),
    );
  });
});
