import postgres from 'postgres';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { FaultMode, FaultTarget, Side } from '../../proto/gen/hub/v1/broker_pb.js';
import {
  type SettleInstructionsResponse,
  SettlementOutcome,
} from '../../proto/gen/hub/v1/settlement_pb.js';
import { startPostgresCluster } from './support/postgres-cluster.ts';
import { codeOf, order, type RunningProcess, useVenueProcesses } from './support/venue-client.ts';

const { newDatabase, open, share } = useVenueProcesses();

/** What settles the one trade of a market order that fills at once. */
async function trade(broker: RunningProcess['broker'], changes: object = {}) {
  const { order: placed } = await broker.placeOrder(order(changes));
  const report = placed?.reports.find(({ lastQuantity }) => lastQuantity !== '');
  if (!placed || !report) throw new Error('it did not trade');
  return {
    executionId: report.executionId,
    symbol: placed.symbol,
    side: placed.side,
    quantity: report.lastQuantity,
    price: report.lastPrice,
    settlementDate: '2026-11-25',
  };
}

const outcomes = ({ results }: SettleInstructionsResponse): string[] =>
  results.map(({ outcome, reason }) =>
    outcome === SettlementOutcome.SETTLED ? 'SETTLED' : reason,
  );

async function settledRows(url: string): Promise<number> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  const [row] = await sql<{ count: string }[]>`SELECT count(*) FROM settled_instructions`;
  await sql.end();
  return Number(row?.count);
}

describe('settling', () => {
  it('settles what matches the trade, once, however often and by whichever process it is asked', async () => {
    const url = await newDatabase();
    const first = await open(url);
    const instructions = [
      await trade(first.broker),
      await trade(first.broker, { symbol: 'MSFT', side: Side.SELL, protectionPrice: '40' }),
    ];
    // The same number, written otherwise.
    const again = instructions.map((instruction) => ({
      ...instruction,
      quantity: `${instruction.quantity}.0`,
    }));
    for (const asked of [instructions, again]) {
      const answer = await first.clearing.settleInstructions({ instructions: asked });
      expect(outcomes(answer)).toEqual(['SETTLED', 'SETTLED']);
      expect(answer.results.map(({ executionId }) => executionId)).toEqual(
        asked.map(({ executionId }) => executionId),
      );
    }
    await Promise.all(
      Array.from({ length: 10 }, () =>
        first.clearing.settleInstructions({ instructions: [...instructions, ...again] }),
      ),
    );
    const second = await open(url);
    expect(outcomes(await second.clearing.settleInstructions({ instructions }))).toEqual([
      'SETTLED',
      'SETTLED',
    ]);
    expect(await settledRows(url)).toBe(2);
  });

  it('rejects what is no trade of the venue, or another than it says', async () => {
    const { broker, clearing, databaseUrl } = await share();
    const before = await settledRows(databaseUrl);
    const known = await trade(broker);
    const newReport = known.executionId.replace(/\d+$/, (sequence) => String(Number(sequence) - 1));
    const answer = await clearing.settleInstructions({
      instructions: [
        { ...known, executionId: newReport },
        { ...known, executionId: known.executionId.replace(/-[^-]+-/, '-other-') },
        { ...known, executionId: `${known.executionId}0` },
        { ...known, executionId: 'something-else' },
        { ...known, symbol: 'MSFT' },
        { ...known, side: Side.SELL },
        { ...known, quantity: '9' },
        { ...known, price: '100.03' },
        known,
      ],
    });
    expect(outcomes(answer)).toEqual([
      'UNKNOWN_EXECUTION',
      'UNKNOWN_EXECUTION',
      'UNKNOWN_EXECUTION',
      'UNKNOWN_EXECUTION',
      'DOES_NOT_MATCH',
      'DOES_NOT_MATCH',
      'DOES_NOT_MATCH',
      'DOES_NOT_MATCH',
      'SETTLED',
    ]);
    expect(await settledRows(databaseUrl)).toBe(before + 1);
  });

  it('takes a thousand at once, and rejects more, and what is no instruction', async () => {
    const { broker, clearing } = await share();
    const known = await trade(broker);
    const many = Array.from({ length: 1_000 }, () => known);
    expect(new Set(outcomes(await clearing.settleInstructions({ instructions: many })))).toEqual(
      new Set(['SETTLED']),
    );
    expect((await clearing.settleInstructions({ instructions: [] })).results).toEqual([]);
    for (const wrong of [
      [...many, known],
      [known, { ...known, quantity: '0' }],
      [{ ...known, price: '1e2' }],
      [{ ...known, side: Side.UNSPECIFIED }],
      [{ ...known, symbol: '' }],
      [{ ...known, executionId: '' }],
      [{ ...known, settlementDate: '2026-02-30' }],
      [{ ...known, settlementDate: '' }],
    ]) {
      expect(await codeOf(clearing.settleInstructions({ instructions: wrong }))).toBe(
        'InvalidArgument',
      );
    }
  });

  it('misbehaves as it was told, and leaves orders alone', async () => {
    const { broker, clearing, faults, databaseUrl } = await share();
    const before = await settledRows(databaseUrl);
    const instructions = [
      await trade(broker),
      await trade(broker, { symbol: 'MSFT', protectionPrice: '60' }),
    ];
    const settle = () => clearing.settleInstructions({ instructions });
    const target = FaultTarget.SETTLE_INSTRUCTIONS;

    await faults.setFault({ mode: FaultMode.DOWN, calls: 1, target });
    await trade(broker);
    expect(await codeOf(settle())).toBe('Unavailable');
    expect(await settledRows(databaseUrl)).toBe(before);

    await faults.setFault({ mode: FaultMode.REJECT, symbol: 'MSFT', target });
    expect(outcomes(await settle())).toEqual(['SETTLED', 'REJECTED']);
    await faults.setFault({ mode: FaultMode.REJECT, calls: 1, target });
    expect(outcomes(await settle())).toEqual(['REJECTED', 'REJECTED']);
    expect(await settledRows(databaseUrl)).toBe(before + 1);

    await faults.setFault({ mode: FaultMode.LOSE_ANSWER, calls: 1, target });
    expect(await codeOf(settle())).toBe('Unavailable');
    expect(await settledRows(databaseUrl)).toBe(before + 2);

    await faults.setFault({ mode: FaultMode.SLOW, delayMs: 400, calls: 1, target });
    expect(await codeOf(clearing.settleInstructions({ instructions }, { timeoutMs: 100 }))).toBe(
      'DeadlineExceeded',
    );
    expect(outcomes(await settle())).toEqual(['SETTLED', 'SETTLED']);
  });

  it('fails while the database hangs, and settles when it is back', async () => {
    const cluster = await startPostgresCluster();
    onTestFinished(cluster.destroy);
    const { broker, clearing, url } = await open(await cluster.createDatabase('venue'));
    const instructions = [await trade(broker)];
    await cluster.freeze();
    try {
      expect(await codeOf(clearing.settleInstructions({ instructions }))).toBe('Unavailable');
      expect(await codeOf(broker.getOrder({ clientOrderId: 'nobody' }, { timeoutMs: 5_000 }))).toBe(
        'Unavailable',
      );
      // Nothing was written meanwhile: it is the look-up alone that tells of the database.
      await vi.waitFor(async () => expect((await fetch(`${url}/health/ready`)).status).toBe(503), {
        timeout: 10_000,
        interval: 20,
      });
    } finally {
      await cluster.thaw();
    }
    await vi.waitFor(async () => expect((await fetch(`${url}/health/ready`)).status).toBe(200), {
      timeout: 30_000,
      interval: 50,
    });
    expect(await codeOf(broker.getOrder({ clientOrderId: 'nobody' }))).toBe('NotFound');
    expect(outcomes(await clearing.settleInstructions({ instructions }))).toEqual(['SETTLED']);
  });
});
