import { Code, ConnectError } from '@connectrpc/connect';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  BrokerOrderStatus,
  ExecType,
  type ExecutionReport,
  FaultMode,
  OrderType,
  Side,
  TimeInForce,
} from '../../proto/gen/hub/v1/broker_pb.js';
import { startMarketDataServer } from './support/market-data-server.ts';
import {
  codeOf,
  order,
  type RunningProcess as Running,
  resting,
  useVenueProcesses,
} from './support/venue-client.ts';

const rig = useVenueProcesses();
const { newDatabase, open, share } = rig;
const PATIENCE = { timeout: 30_000, interval: 50 };

/** Reads from `after` until the stream breaks, `until` was seen, or `signal` aborts. */
async function read(
  broker: Running['broker'],
  after: bigint,
  until: bigint,
  seen: ExecutionReport[] = [],
): Promise<ExecutionReport[]> {
  const stop = new AbortController();
  try {
    for await (const { reports } of broker.streamExecutionReports(
      { afterSequence: after },
      { signal: stop.signal },
    )) {
      seen.push(...reports);
      if ((seen.at(-1)?.sequence ?? 0n) >= until) stop.abort();
    }
  } catch (error) {
    if (!stop.signal.aborted && ConnectError.from(error).code === Code.OutOfRange) throw error;
  }
  return seen;
}

const sequences = (reports: readonly ExecutionReport[]): number[] =>
  reports.map((report) => Number(report.sequence));
const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);

describe('the process', () => {
  it('places an order once however often it is asked at once, and gives the same answer', async () => {
    const { broker } = await share();
    const request = order();
    const answers = await Promise.all(Array.from({ length: 50 }, () => broker.placeOrder(request)));
    expect(answers[0]?.order).toMatchObject({
      status: BrokerOrderStatus.FILLED,
      filledQuantity: '10',
      leavesQuantity: '0',
    });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    const reports = answers[0]?.order?.reports ?? [];
    expect(reports.map((report) => [report.execType, report.lastPrice, report.inAnswer])).toEqual([
      [ExecType.NEW, '', true],
      [ExecType.TRADE, '100.02', true],
    ]);
    expect(new Set(reports.map((report) => report.executionId)).size).toBe(2);
  });

  it('answers wrong, unknown and unsupported requests by their codes', async () => {
    const { broker } = await share();
    const known = resting();
    await broker.placeOrder(known);
    expect(await codeOf(broker.placeOrder({ ...known, quantity: '11' }))).toBe('AlreadyExists');
    expect(await codeOf(broker.placeOrder(order({ clientOrderId: '' })))).toBe('InvalidArgument');
    expect(await codeOf(broker.placeOrder(order({ side: Side.UNSPECIFIED })))).toBe(
      'InvalidArgument',
    );
    expect(await codeOf(broker.getOrder({ clientOrderId: 'nobody' }))).toBe('NotFound');
    expect(await codeOf(broker.cancelOrder({ clientOrderId: 'nobody' }))).toBe('NotFound');
    expect((await broker.placeOrder(order({ symbol: 'NOPE' }))).order?.rejectCode).toBe(
      'UNKNOWN_SYMBOL',
    );
    expect(
      (
        await broker.placeOrder(
          order({ type: OrderType.STOP, stopPrice: '101', timeInForce: TimeInForce.IOC }),
        )
      ).order?.rejectCode,
    ).toBe('UNSUPPORTED_ORDER_TYPE');
    expect(await codeOf(read(broker, 1_000n, 1_001n))).toBe('OutOfRange');
  });

  it('survives kill -9: nothing acknowledged is lost, what rests trades on, and a stream has every report exactly once', async () => {
    const url = await newDatabase();
    const first = await open(url);
    const seen: ExecutionReport[] = [];
    const reading = read(first.broker, 0n, 1_000_000n, seen);
    const rests = resting({ limitPrice: '99', quantity: '7.5' });
    await first.broker.placeOrder(rests);

    const acknowledged: string[] = [];
    let isOver = false;
    const hands = Array.from({ length: 6 }, async () => {
      while (!isOver) {
        const request = order({ quantity: '1' });
        await first.broker.placeOrder(request).then(
          () => acknowledged.push(request.clientOrderId),
          () => {
            isOver = true;
          },
        );
      }
    });
    await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(100), PATIENCE);
    expect((await first.end('SIGKILL')).code).toBe('SIGKILL');
    isOver = true;
    await Promise.all([...hands, reading]);
    const lastSeen = seen.at(-1)?.sequence ?? 0n;
    expect(sequences(seen)).toEqual(upTo(Number(lastSeen)));

    const second = await open(url);
    for (const clientOrderId of acknowledged) {
      expect((await second.broker.getOrder({ clientOrderId })).order?.status).toBe(
        BrokerOrderStatus.FILLED,
      );
    }
    expect(
      (await second.broker.getOrder({ clientOrderId: rests.clientOrderId })).order?.status,
    ).toBe(BrokerOrderStatus.NEW);
    rig.marketData().tell('AAPL', { bid: '98.99', ask: '99.00' });
    await vi.waitFor(async () => {
      const filled = await second.broker.getOrder({ clientOrderId: rests.clientOrderId });
      expect(filled.order?.status).toBe(BrokerOrderStatus.FILLED);
    }, PATIENCE);
    const last = (await second.broker.placeOrder(order())).order?.reports.at(-1)?.sequence ?? 0n;
    const rest = await read(second.broker, lastSeen, last);
    const all = [...seen, ...rest];
    expect(sequences(all)).toEqual(upTo(Number(last)));
    expect(new Set(all.map((report) => report.executionId)).size).toBe(all.length);
  });

  it('goes on with the last quotes while market data is away, and hears it again when it is back', async () => {
    const { broker, url } = await open(await newDatabase());
    await rig.marketData().close();
    expect((await broker.placeOrder(order())).order?.status).toBe(BrokerOrderStatus.FILLED);
    expect(await codeOf(broker.placeOrder(order({ symbol: 'NOPE' })))).toBe('Unavailable');
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);

    const rests = resting({ limitPrice: '99' });
    await broker.placeOrder(rests);
    const back = await startMarketDataServer(Number(new URL(rig.marketData().url).port));
    onTestFinished(() => back.close());
    back.tell('AAPL', { bid: '98.99', ask: '99.00' });
    await vi.waitFor(async () => {
      expect((await broker.getOrder({ clientOrderId: rests.clientOrderId })).order?.status).toBe(
        BrokerOrderStatus.FILLED,
      );
    }, PATIENCE);
  });

  it('ends within 5 seconds on SIGTERM with streams open, and has written what it acknowledged', async () => {
    const url = await newDatabase();
    const first = await open(url);
    const reading = read(first.broker, 0n, 1_000_000n);
    const placed = await Promise.all(
      Array.from({ length: 20 }, () => first.broker.placeOrder(order({ quantity: '1' }))),
    );
    const { code, tookMs } = await first.end('SIGTERM');
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(5_000);
    await reading;
    const second = await open(url);
    for (const { order: before } of placed) {
      expect(
        (await second.broker.getOrder({ clientOrderId: before?.clientOrderId ?? '' })).order,
      ).toEqual(before);
    }
  });

  it('ends with a failure when another process took its database over, and has written nothing since', async () => {
    const url = await newDatabase();
    const old = await open(url);
    await old.broker.placeOrder(order());
    const { broker } = await open(url);
    const lost = order();
    expect(await codeOf(old.broker.placeOrder(lost))).not.toBe('OK');
    expect(await old.exited).toBe(1);
    expect(await codeOf(broker.getOrder({ clientOrderId: lost.clientOrderId }))).toBe('NotFound');
    expect(sequences(await read(broker, 0n, 2n))).toEqual([1, 2]);
  });

  it('serves health over HTTP/1.1 on the same port, and metrics on another', async () => {
    const { url, metricsUrl, broker } = await share();
    const counters = [
      'paper_broker_calls_total{method="PlaceOrder",code="OK"}',
      'paper_broker_reports_total{exec_type="TRADE"}',
    ];
    const read = async (): Promise<number[]> => {
      const lines = (await (await fetch(metricsUrl)).text()).split('\n');
      return counters.map((name) =>
        Number(lines.find((line) => line.startsWith(`${name} `))?.slice(name.length) ?? 0),
      );
    };
    const before = await read();
    await broker.placeOrder(order());
    expect(await read()).toEqual(before.map((count) => count + 1));
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    for (const path of ['/nothing', '/metrics', '/%6detrics'])
      expect((await fetch(`${url}${path}`)).status, path).toBe(404);
  });
});

describe('faults', () => {
  it('misbehave as they were told, and no longer', async () => {
    const { broker, faults } = await share();
    const down = order();
    await faults.setFault({ mode: FaultMode.DOWN, calls: 1 });
    expect(await codeOf(broker.placeOrder(down))).toBe('Unavailable');
    expect(await codeOf(broker.getOrder({ clientOrderId: down.clientOrderId }))).toBe('NotFound');

    const lost = order();
    await faults.setFault({ mode: FaultMode.LOSE_ANSWER, calls: 1 });
    expect(await codeOf(broker.placeOrder(lost))).toBe('Unavailable');
    expect((await broker.getOrder({ clientOrderId: lost.clientOrderId })).order?.status).toBe(
      BrokerOrderStatus.FILLED,
    );

    const rejected = order();
    await faults.setFault({ mode: FaultMode.REJECT, calls: 1 });
    expect((await broker.placeOrder(rejected)).order?.rejectCode).toBe('BROKER_OPTION');
    expect((await broker.placeOrder(rejected)).order?.rejectCode).toBe('BROKER_OPTION');

    const late = order();
    await faults.setFault({ mode: FaultMode.SLOW, delayMs: 400, calls: 1 });
    expect(await codeOf(broker.placeOrder(late, { timeoutMs: 100 }))).toBe('DeadlineExceeded');
    await vi.waitFor(async () => {
      expect((await broker.getOrder({ clientOrderId: late.clientOrderId })).order?.status).toBe(
        BrokerOrderStatus.FILLED,
      );
    }, PATIENCE);

    await faults.setFault({ mode: FaultMode.DOWN, symbol: 'MSFT' });
    expect(await codeOf(broker.placeOrder(order()))).toBe('OK');
    expect(await codeOf(broker.placeOrder(order({ symbol: 'MSFT' })))).toBe('Unavailable');
    await faults.setFault({ mode: FaultMode.NONE });
    expect(await codeOf(broker.placeOrder(order({ symbol: 'MSFT' })))).toBe('OK');
  });
});
