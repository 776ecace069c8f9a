import { Code, ConnectError } from '@connectrpc/connect';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createConnectClearing } from '../../../adapters/broker/connect-clearing.ts';
import {
  type ClearingInstruction,
  ClearingUnavailable,
} from '../../../contracts/settlement/clearing.ts';
import { Side } from '../../../proto/gen/hub/v1/broker_pb.js';
import { SettlementOutcome } from '../../../proto/gen/hub/v1/settlement_pb.js';
import { startClearingHouse } from '../../support/clearing-house.ts';
import { asService } from '../../support/service-tokens.ts';

const instruction = (
  brokerExecutionId: string,
  over: Partial<ClearingInstruction> = {},
): ClearingInstruction => ({
  ...{
    brokerExecutionId,
    symbol: 'AAPL',
    side: 'BUY',
    quantity: '10.5',
    price: '205.75',
    settlementDate: '2026-11-27',
  },
  ...over,
});

const connect = (baseUrl: string, deadlineMs = 10_000) =>
  createConnectClearing({
    name: 'second',
    baseUrl,
    authenticate: asService('paper-broker'),
    deadlineMs,
    logger: pino({ level: 'silent' }),
  });

async function startHouse(settle?: Parameters<typeof startClearingHouse>[0]) {
  const house = await startClearingHouse(settle);
  onTestFinished(house.close);
  return house;
}

const fail = (code: Code) => () => {
  throw new ConnectError('as the test says', code);
};

describe('instructions', () => {
  it('go out as the contract has them, and their results come back in their order', async () => {
    const house = await startHouse(({ instructions }) => ({
      results: instructions.map(({ executionId }) =>
        executionId === 'b'
          ? { executionId, outcome: SettlementOutcome.REJECTED, reason: 'DOES_NOT_MATCH' }
          : { executionId, outcome: SettlementOutcome.SETTLED },
      ),
    }));
    expect(
      await connect(house.url).settle([
        instruction('a'),
        instruction('b', { side: 'SELL' }),
        instruction('c'),
      ]),
    ).toEqual([
      { brokerExecutionId: 'a', outcome: 'SETTLED' },
      { brokerExecutionId: 'b', outcome: 'REJECTED', reason: 'DOES_NOT_MATCH' },
      { brokerExecutionId: 'c', outcome: 'SETTLED' },
    ]);
    expect(house.calls[0]?.slice(0, 2)).toMatchObject([
      {
        executionId: 'a',
        symbol: 'AAPL',
        side: Side.BUY,
        quantity: '10.5',
        price: '205.75',
        settlementDate: '2026-11-27',
      },
      { executionId: 'b', side: Side.SELL },
    ]);
  });

  it('of which there are none are not sent', async () => {
    const house = await startHouse();
    expect(await connect(house.url).settle([])).toEqual([]);
    expect(house.calls).toEqual([]);
  });
});

describe('a call', () => {
  it('is sent again after a passing failure: settling twice is settling once', async () => {
    let failures = 2;
    const house = await startHouse(({ instructions }) => {
      failures -= 1;
      if (failures >= 0) throw new ConnectError('passing', Code.Unavailable);
      return {
        results: instructions.map(({ executionId }) => ({
          executionId,
          outcome: SettlementOutcome.SETTLED,
        })),
      };
    });
    expect(await connect(house.url).settle([instruction('a')])).toEqual([
      { brokerExecutionId: 'a', outcome: 'SETTLED' },
    ]);
    expect(house.sent.get('a')).toBe(3);
  });

  it.each([
    Code.Unavailable,
    Code.Internal,
    Code.Unknown,
    Code.Aborted,
    Code.DeadlineExceeded,
    Code.ResourceExhausted,
  ])('is ClearingUnavailable when the house goes on answering with code %s', async (code) => {
    const house = await startHouse(fail(code));
    await expect(connect(house.url).settle([instruction('a')])).rejects.toThrow(
      ClearingUnavailable,
    );
  });

  it('is ClearingUnavailable when no connection can be made, and when no answer comes in time', async () => {
    const gone = await startHouse();
    await gone.close();
    await expect(connect(gone.url).settle([instruction('a')])).rejects.toThrow(ClearingUnavailable);
    const silent = await startHouse(() => new Promise(() => {}));
    await expect(connect(silent.url, 100).settle([instruction('a')])).rejects.toThrow(
      ClearingUnavailable,
    );
  });

  it.each([
    ['has a result too few', () => ({ results: [] })],
    [
      'has the result of another',
      () => ({ results: [{ executionId: 'x', outcome: SettlementOutcome.SETTLED }] }),
    ],
    ['does not say what came of it', () => ({ results: [{ executionId: 'a' }] })],
  ])('is ClearingUnavailable when the answer %s', async (_what, answer) => {
    const house = await startHouse(answer);
    await expect(connect(house.url).settle([instruction('a')])).rejects.toThrow(
      ClearingUnavailable,
    );
  });

  it('that the house rejects as wrong is not sent again, and is no outage', async () => {
    const house = await startHouse(fail(Code.InvalidArgument));
    const failure = await connect(house.url)
      .settle([instruction('a')])
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    expect(failure).not.toBeInstanceOf(ClearingUnavailable);
    expect(house.sent.get('a')).toBe(1);
  });

  it('fails at once, unsent, after five failures in a row; the house is asked again after a while', async () => {
    let isAway = true;
    const house = await startHouse(({ instructions }) => {
      if (isAway) throw new ConnectError('away', Code.Unavailable);
      return {
        results: instructions.map(({ executionId }) => ({
          executionId,
          outcome: SettlementOutcome.SETTLED,
        })),
      };
    });
    const clearing = connect(house.url);
    for (let call = 0; call < 3; call += 1)
      await expect(clearing.settle([instruction('a')])).rejects.toThrow(ClearingUnavailable);
    expect(house.sent.get('a')).toBe(5);
    isAway = false;
    await vi.waitFor(() => clearing.settle([instruction('a')]), { timeout: 20_000, interval: 100 });
  });
});
