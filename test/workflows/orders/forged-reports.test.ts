import { randomUUID } from 'node:crypto';
import type { WorkflowFailedError } from '@temporalio/client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BrokerExecType, ExecutionReport } from '../../../contracts/broker-session/broker.ts';
import { executionWorkflowId } from '../../../contracts/ids.ts';
import { tue } from '../../orders-table/market-time.ts';
import { createTableRig, SYMBOL, type TableRig } from '../../orders-table/rig.ts';
import { until } from '../../orders-table/until.ts';
import { createFundedAccount, type FundedAccount } from '../../support/accounts.ts';
import { readBooks } from '../../support/books.ts';
import { readPage } from '../../support/workflow-page.ts';

const RESTING = { bid: '100.00', ask: '100.02', last: '100.01', bidSize: '1000', askSize: '1000' };
const FILLING = { bid: '98.97', ask: '98.99', last: '98.98', bidSize: '1000', askSize: '1000' };
const TERMS = {
  symbol: SYMBOL,
  side: 'BUY',
  type: 'LIMIT',
  timeInForce: 'GTC',
  quantity: '10',
  limitPrice: '99.00',
} as const;

let rig: TableRig;
let account: FundedAccount;
let orderId: string;
/** Denied before the test. */
let denied: number;

beforeAll(async () => {
  rig = await createTableRig();
});
afterAll(() => rig?.stop());

beforeEach(async () => {
  await rig.begin(tue('10:00'));
  account = await createFundedAccount(rig.database.sql, { cash: '10000.00' });
  await rig.quote(RESTING);
  orderId = await rig.submit(account, {
    ...TERMS,
    ...{ notional: null, stopPrice: null, trailPercent: null, clientOrderId: null },
  });
  await untilStatus('NEW');
  denied = rig.unconfirmed();
});

const untilStatus = (status: string) =>
  until(
    () => rig.read(orderId),
    ({ order }) => order.status === status,
    `the order is ${status}`,
  );
const untilDenied = (count: number) =>
  until(
    async () => rig.unconfirmed() - denied,
    (now) => now === count,
    `${count} report(s) are denied`,
  );
const booksOf = () => readBooks(rig.database.sql, account.accountId);
const fillsThere = () =>
  rig
    .venue()
    .ordersThere()[0]
    ?.reports.filter(({ execType }) => execType === 'TRADE') ?? [];

/** What somebody may write who knows the order's id and how reports look. */
const forge = (execType: BrokerExecType, over: Partial<ExecutionReport> = {}): ExecutionReport => {
  const isTrade = execType === 'TRADE';
  return {
    broker: 'paper-broker',
    sequence: 999,
    brokerExecutionId: `${randomUUID()}/999`,
    brokerClientOrderId: orderId,
    execType,
    lastQuantity: isTrade ? '10' : null,
    lastPrice: isTrade ? '0.01' : null,
    cumulativeQuantity: isTrade ? '10' : '0',
    leavesQuantity: '0',
    time: new Date(rig.time.clock()).toISOString(),
    rejectCode: null,
    inAnswer: false,
    ...over,
  };
};

/** The venue fills the order, and the session does not hear of it. */
function fillUnheard(): ExecutionReport {
  rig.venue().takeReports();
  rig.venue().quote(SYMBOL, FILLING);
  return rig.venue().takeReports().at(-1) ?? expect.fail('the venue has filled it');
}

describe('a resting order that somebody tells of what never happened', () => {
  it.each<BrokerExecType>(['TRADE', 'CANCELED', 'EXPIRED', 'REJECTED', 'REPLACED'])(
    'books nothing of it and lives on: %s',
    async (execType) => {
      const before = await booksOf();
      await rig.workflows.reportExecutions(orderId, [forge(execType)]);
      await untilDenied(1);
      expect((await rig.read(orderId)).order).toMatchObject({ status: 'NEW', filledQuantity: '0' });
      expect(await booksOf()).toEqual(before);

      await rig.quote(FILLING);
      expect(await rig.result(orderId)).toMatchObject({
        status: 'FILLED',
        averageFillPrice: '98.99',
      });
      expect(await booksOf()).toMatchObject({
        unsettled: '-989.90',
        held: '0.00',
        sums: { USD: '0', AAPL: '0' },
      });
      expect(rig.unconfirmed() - denied).toBe(1);
    },
  );

  it('books what is true of what it is told, at the venue’s word', async () => {
    const told = fillUnheard();
    await rig.workflows.reportExecutions(orderId, [told, forge('TRADE'), forge('CANCELED')]);
    expect(await rig.result(orderId)).toMatchObject({
      status: 'FILLED',
      averageFillPrice: '98.99',
    });
    expect(rig.unconfirmed() - denied).toBe(2);
  });

  it('takes a true report without a seal, as a session of before sends it, for no forgery', async () => {
    await rig.workflows.reportExecutions(orderId, [fillUnheard()]);
    expect(await rig.result(orderId)).toMatchObject({
      status: 'FILLED',
      averageFillPrice: '98.99',
    });
    expect(rig.unconfirmed()).toBe(denied);
  });

  it('books the true price of a fill that it is told with another', async () => {
    await rig.workflows.reportExecutions(orderId, [{ ...fillUnheard(), lastPrice: '0.01' }]);
    expect(await rig.result(orderId)).toMatchObject({
      status: 'FILLED',
      averageFillPrice: '98.99',
    });
    expect(rig.unconfirmed() - denied).toBe(1);
  });

  it('believes nothing while the venue cannot be asked, and asks it when it is back', async () => {
    rig.venue().mood = 'UNREACHABLE';
    await rig.workflows.reportExecutions(orderId, [forge('TRADE')]);
    await rig.advanceTo(tue('10:01'));
    expect((await rig.read(orderId)).order).toMatchObject({ status: 'NEW', filledQuantity: '0' });
    expect(rig.unconfirmed()).toBe(denied);
    await rig.comeBack({ withStream: true });
    await rig.advanceTo(tue('10:30'));
    await untilDenied(1);
    await rig.quote(FILLING);
    expect(await rig.result(orderId)).toMatchObject({
      status: 'FILLED',
      averageFillPrice: '98.99',
    });
  });
});

describe('a workflow of a late fill that somebody starts', () => {
  it('fails when the fill never happened, and leaves its id to the true one', async () => {
    await rig.workflows.cancelOrder(orderId, 'test');
    await rig.result(orderId);
    const before = await booksOf();
    const forged = forge('TRADE');
    await rig.executions.startExecution(orderId, forged, null);
    const handle = rig.client.workflow.getHandle(
      executionWorkflowId(forged.broker, forged.brokerExecutionId),
    );
    const failure: WorkflowFailedError = await handle.result().then(
      () => expect.fail('it is booked'),
      (error: WorkflowFailedError) => error,
    );
    expect(failure.cause?.cause).toMatchObject({ type: 'ReportUnconfirmed' });
    expect(await readPage(handle)).toContain('- **not booked**: the broker knows nothing of it');
    expect(await booksOf()).toEqual(before);
    expect(rig.unconfirmed() - denied).toBe(1);

    await rig.executions.startExecution(orderId, forged, null);
    await expect(handle.result()).rejects.toThrow();
    expect(rig.unconfirmed() - denied).toBe(2);
  });

  it('books what the venue confirms', async () => {
    const told = fillUnheard();
    await rig.executions.startExecution(orderId, told, null);
    expect(
      await rig.client.workflow
        .getHandle(executionWorkflowId(told.broker, told.brokerExecutionId))
        .result(),
    ).toBe('BOOKED');
    expect(fillsThere()).toHaveLength(1);
    expect((await booksOf()).unsettled).toBe('-989.90');
    expect(rig.unconfirmed()).toBe(denied);
  });
});
