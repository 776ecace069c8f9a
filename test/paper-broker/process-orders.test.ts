import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { describe, expect, it, vi } from 'vitest';
import {
  BrokerOrderStatus,
  ExecType,
  FaultMode,
  FaultTarget,
  OrderType,
  Side,
  TimeInForce,
} from '../../proto/gen/hub/v1/broker_pb.js';
import { codeOf, order, resting, useVenueProcesses } from './support/venue-client.ts';

const rig = useVenueProcesses();
const { newDatabase, open, share } = rig;
const PATIENCE = { timeout: 30_000, interval: 50 };

describe('the process', () => {
  it('works a trailing stop as the contract has it, also over kill -9 between mark and trigger', async () => {
    const url = await newDatabase();
    const first = await open(url);
    const request = order({
      side: Side.SELL,
      type: OrderType.TRAILING_STOP,
      trailPercent: '2',
      protectionPrice: '90',
    });
    const placed = (await first.broker.placeOrder(request)).order;
    expect(placed).toMatchObject({
      waterMark: '100',
      stopPrice: '98',
      trailPercent: '2',
      triggered: false,
      status: BrokerOrderStatus.NEW,
    });
    rig.marketData().tell('AAPL', { bid: '110', ask: '110.02' });
    await vi.waitFor(async () => {
      const { order: marked } = await first.broker.getOrder({
        clientOrderId: request.clientOrderId,
      });
      expect(marked).toMatchObject({ waterMark: '110', stopPrice: '107.8' });
    }, PATIENCE);
    await first.end('SIGKILL');

    rig.marketData().tell('AAPL', { bid: '107.79', ask: '107.81', last: '107.81' });
    const second = await open(url);
    const ask = async () =>
      (await second.broker.getOrder({ clientOrderId: request.clientOrderId })).order;
    expect(await ask()).toMatchObject({ waterMark: '110', triggered: false });
    rig.marketData().tell('AAPL', { bid: '107.79', ask: '107.81', last: '107.80' });
    await vi.waitFor(async () => {
      expect(await ask()).toMatchObject({
        triggered: true,
        stopPrice: '107.8',
        status: BrokerOrderStatus.FILLED,
      });
    }, PATIENCE);
    expect((await ask())?.reports.at(-1)?.lastPrice).toBe('107.79');
  });

  it('tells a stop and an auction as they were sent', async () => {
    const { broker } = await share();
    const stop = (
      await broker.placeOrder(
        resting({ type: OrderType.STOP_LIMIT, stopPrice: '101', limitPrice: '102' }),
      )
    ).order;
    expect(stop).toMatchObject({
      stopPrice: '101',
      limitPrice: '102',
      waterMark: '',
      triggered: false,
    });
    const auctionAt = timestampFromMs(Date.now() + 600_000);
    const opening = (await broker.placeOrder(order({ timeInForce: TimeInForce.OPG, auctionAt })))
      .order;
    expect(opening).toMatchObject({ auctionAt, status: BrokerOrderStatus.NEW });
    const late = await broker.placeOrder(
      order({ timeInForce: TimeInForce.CLS, auctionAt: timestampFromMs(Date.now() - 1) }),
    );
    expect(late.order).toMatchObject({
      status: BrokerOrderStatus.REJECTED,
      rejectCode: 'AUCTION_OVER',
    });
  });

  it('replaces an order as the contract has it', async () => {
    const { broker } = await share();
    const original = resting();
    await broker.placeOrder(original);
    const request = {
      originalClientOrderId: original.clientOrderId,
      replacement: resting({ limitPrice: '91', quantity: '12' }),
    };
    const answer = await broker.replaceOrder(request);
    expect(answer).toMatchObject({
      accepted: true,
      original: { status: BrokerOrderStatus.REPLACED, quantity: '10' },
      replacement: { status: BrokerOrderStatus.NEW, quantity: '12', limitPrice: '91' },
    });
    expect(answer.original?.reports.at(-1)).toMatchObject({
      execType: ExecType.REPLACED,
      inAnswer: true,
    });
    expect(await broker.replaceOrder(request)).toEqual(answer);

    const late = await broker.replaceOrder({ ...request, replacement: resting() });
    expect(late).toMatchObject({
      accepted: false,
      original: { status: BrokerOrderStatus.REPLACED },
    });
    expect(late.replacement).toBeUndefined();
    expect(
      await codeOf(
        broker.replaceOrder({
          ...request,
          originalClientOrderId: 'nobody',
          replacement: resting(),
        }),
      ),
    ).toBe('NotFound');
    expect(
      await codeOf(broker.replaceOrder({ originalClientOrderId: original.clientOrderId })),
    ).toBe('InvalidArgument');
    expect(await codeOf(broker.replaceOrder({ ...request, replacement: original }))).toBe(
      'InvalidArgument',
    );
    expect(
      await codeOf(
        broker.replaceOrder({
          ...request,
          replacement: { ...request.replacement, quantity: '13' },
        }),
      ),
    ).toBe('AlreadyExists');
  });
});

describe('a replaced stop', () => {
  it('keeps its mark over kill -9, and its trigger over another', async () => {
    const url = await newDatabase();
    const first = await open(url);
    const request = order({
      side: Side.SELL,
      type: OrderType.TRAILING_STOP,
      trailPercent: '2',
      protectionPrice: '107.79',
    });
    await first.broker.placeOrder(request);
    rig.marketData().tell('AAPL', { bid: '110', ask: '110.02' });
    const standing = async (
      { broker }: typeof first,
      { clientOrderId }: { clientOrderId: string },
    ) => (await broker.getOrder({ clientOrderId })).order;
    await vi.waitFor(
      async () => expect(await standing(first, request)).toMatchObject({ waterMark: '110' }),
      PATIENCE,
    );
    rig.marketData().tell('AAPL', { bid: '109', ask: '109.02' });
    const smaller = { ...request, clientOrderId: `${request.clientOrderId}2`, quantity: '2' };
    await first.broker.replaceOrder({
      originalClientOrderId: request.clientOrderId,
      replacement: smaller,
    });
    await first.end('SIGKILL');

    const second = await open(url);
    expect(await standing(second, smaller)).toMatchObject({
      waterMark: '110',
      stopPrice: '107.8',
      triggered: false,
    });
    // Through the stop, and beyond the protection: it is triggered and rests.
    rig.marketData().tell('AAPL', { bid: '105', ask: '105.02' });
    await vi.waitFor(
      async () => expect(await standing(second, smaller)).toMatchObject({ triggered: true }),
      PATIENCE,
    );
    const triggered = await standing(second, smaller);
    expect(triggered?.reports.map(({ execType }) => execType)).toEqual([
      ExecType.NEW,
      ExecType.TRIGGERED,
    ]);
    expect(triggered?.reports[1]).toMatchObject({
      stopPrice: '107.8',
      waterMark: '110',
      time: triggered?.triggeredAt,
    });
    const larger = { ...smaller, clientOrderId: `${request.clientOrderId}3`, quantity: '5' };
    await second.broker.replaceOrder({
      originalClientOrderId: smaller.clientOrderId,
      replacement: larger,
    });
    await second.end('SIGKILL');

    const third = await open(url);
    expect(await standing(third, larger)).toMatchObject({
      waterMark: '110',
      triggered: true,
      triggeredAt: triggered?.triggeredAt,
    });
    rig.marketData().tell('AAPL', { bid: '109', ask: '109.02' });
    await vi.waitFor(
      async () =>
        expect(await standing(third, larger)).toMatchObject({ status: BrokerOrderStatus.FILLED }),
      PATIENCE,
    );
  });

  it('is listed with others by where its stop lies, while it is open', async () => {
    const { broker } = await share();
    const trailing = order({
      side: Side.SELL,
      type: OrderType.TRAILING_STOP,
      trailPercent: '2',
      protectionPrice: '90',
    });
    const stop = order({ type: OrderType.STOP, stopPrice: '101' });
    const [filled, canceled] = [order(), resting()];
    for (const one of [trailing, stop, filled, canceled]) await broker.placeOrder(one);
    await broker.cancelOrder({ clientOrderId: canceled.clientOrderId });
    const ids = [trailing, stop, filled, canceled].map(({ clientOrderId }) => clientOrderId);
    expect((await broker.listStops({ clientOrderIds: [...ids, 'nobody'] })).stops).toMatchObject([
      { clientOrderId: ids[0], stopPrice: '98', waterMark: '100' },
      { clientOrderId: ids[1], stopPrice: '101', waterMark: '' },
    ]);
    expect((await broker.listStops({})).stops).toEqual([]);
    expect(await codeOf(broker.listStops({ clientOrderIds: Array(201).fill('x') }))).toBe(
      'InvalidArgument',
    );
    expect(await codeOf(broker.listStops({ clientOrderIds: [''] }))).toBe('InvalidArgument');
  });
});

describe('faults', () => {
  it('of replacing misbehave as they were told', async () => {
    const { broker, faults } = await share();
    const original = resting();
    await broker.placeOrder(original);
    const replacement = resting({ limitPrice: '91' });
    const replace = () =>
      broker.replaceOrder({ originalClientOrderId: original.clientOrderId, replacement });
    const target = FaultTarget.REPLACE_ORDER;

    await faults.setFault({ mode: FaultMode.DOWN, calls: 1, target });
    expect(await codeOf(broker.placeOrder(resting()))).toBe('OK');
    expect(await codeOf(replace())).toBe('Unavailable');
    await faults.setFault({ mode: FaultMode.REJECT, calls: 1, target });
    expect(await replace()).toMatchObject({
      accepted: false,
      original: { status: BrokerOrderStatus.NEW },
    });
    expect(await codeOf(broker.getOrder({ clientOrderId: replacement.clientOrderId }))).toBe(
      'NotFound',
    );
    await faults.setFault({ mode: FaultMode.LOSE_ANSWER, calls: 1, target });
    expect(await codeOf(replace())).toBe('Unavailable');
    expect(
      (await broker.getOrder({ clientOrderId: replacement.clientOrderId })).order?.status,
    ).toBe(BrokerOrderStatus.NEW);
    expect(await replace()).toMatchObject({
      accepted: true,
      original: { status: BrokerOrderStatus.REPLACED },
    });
    expect(
      await codeOf(faults.setFault({ mode: FaultMode.REJECT, target: FaultTarget.GET_ORDER })),
    ).toBe('InvalidArgument');
  });

  it('of the stream repeat, reverse and leave out, and are over then', async () => {
    const { broker, faults } = await open(await newDatabase(), { FAULTS_ENABLED: 'true' });
    await broker.placeOrder(order());
    await broker.placeOrder(order());
    const read = async (count: number): Promise<number[]> => {
      const stop = new AbortController();
      const seen: number[] = [];
      try {
        for await (const { reports } of broker.streamExecutionReports(
          {},
          { signal: stop.signal },
        )) {
          seen.push(...reports.map(({ sequence }) => Number(sequence)));
          if (seen.length >= count) stop.abort();
        }
      } catch (error) {
        if (!stop.signal.aborted) throw error;
      }
      return seen;
    };
    await faults.setFault({ mode: FaultMode.REPEAT_REPORTS, calls: 1, symbol: 'AAPL' });
    expect(await read(6)).toEqual([1, 1, 1, 2, 3, 4]);
    await faults.setFault({ mode: FaultMode.REVERSE_REPORTS });
    expect(await read(4)).toEqual([4, 3, 2, 1]);
    await faults.setFault({ mode: FaultMode.DROP_REPORTS, calls: 2 });
    expect(await read(2)).toEqual([3, 4]);
    expect(await read(4)).toEqual([1, 2, 3, 4]);
  });
});
