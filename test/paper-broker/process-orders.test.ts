import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { describe, expect, it, vi } from 'vitest';
import { ExecType, FaultMode, FaultTarget, OrderType, Side, TimeInForce, VenueStatus } from '../../proto/gen/hub/v1/broker_pb.js';
import { codeOf, order, resting, useVenueProcesses } from './support/venue-client.ts';

const rig = useVenueProcesses();
const { newDatabase, open } = rig;
const PATIENCE = { timeout: 30_000, interval: 50 };

describe('the process', () => {
  it('works a trailing stop as the contract has it, also over kill -9 between mark and trigger', async () => {
    const url = await newDatabase();
    const first = await open(url);
    const request = order({ side: Side.SELL, type: OrderType.TRAILING_STOP, trailPercent: '2', protectionPrice: '90' });
    const placed = (await first.broker.placeOrder(request)).order;
    expect(placed).toMatchObject({ waterMark: '100', stopPrice: '98', trailPercent: '2', triggered: false, status: VenueStatus.NEW });
    rig.marketData().tell('AAPL', { bid: '110', ask: '110.02' });
    await vi.waitFor(async () => {
      const { order: marked } = await first.broker.getOrder({ clientOrderId: request.clientOrderId });
      expect(marked).toMatchObject({ waterMark: '110', stopPrice: '107.8' });
    }, PATIENCE);
    await first.end('SIGKILL');

    rig.marketData().tell('AAPL', { bid: '107.79', ask: '107.81', last: '107.81' });
    const second = await open(url);
    const ask = async () => (await second.broker.getOrder({ clientOrderId: request.clientOrderId })).order;
    expect(await ask()).toMatchObject({ waterMark: '110', triggered: false });
    rig.marketData().tell('AAPL', { bid: '107.79', ask: '107.81', last: '107.80' });
    await vi.waitFor(async () => {
      expect(await ask()).toMatchObject({ triggered: true, stopPrice: '107.8', status: VenueStatus.FILLED });
    }, PATIENCE);
    expect((await ask())?.reports.at(-1)?.lastPrice).toBe('107.79');
  });

  it('tells a stop and an auction as they were sent', async () => {
    const { broker } = await open(await newDatabase());
    const stop = (await broker.placeOrder(resting({ type: OrderType.STOP_LIMIT, stopPrice: '101', limitPrice: '102' }))).order;
    expect(stop).toMatchObject({ stopPrice: '101', limitPrice: '102', waterMark: '', triggered: false });
    const auctionAt = timestampFromMs(Date.now() + 600_000);
    const opening = (await broker.placeOrder(order({ timeInForce: TimeInForce.OPG, auctionAt }))).order;
    expect(opening).toMatchObject({ auctionAt, status: VenueStatus.NEW });
    const late = await broker.placeOrder(order({ timeInForce: TimeInForce.CLS, auctionAt: timestampFromMs(Date.now() - 1) }));
    expect(late.order).toMatchObject({ status: VenueStatus.REJECTED, rejectCode: 'AUCTION_OVER' });
  });

  it('replaces an order as the contract has it', async () => {
    const { broker } = await open(await newDatabase());
    const original = resting();
    await broker.placeOrder(original);
    const request = { originalClientOrderId: original.clientOrderId, replacement: resting({ limitPrice: '91', quantity: '12' }) };
    const answer = await broker.replaceOrder(request);
    expect(answer).toMatchObject({
      accepted: true,
      original: { status: VenueStatus.REPLACED, quantity: '10' },
      replacement: { status: VenueStatus.NEW, quantity: '12', limitPrice: '91' },
    });
    expect(answer.original?.reports.at(-1)).toMatchObject({ execType: ExecType.REPLACED, inAnswer: true });
    expect(await broker.replaceOrder(request)).toEqual(answer);

    const late = await broker.replaceOrder({ ...request, replacement: resting() });
    expect(late).toMatchObject({ accepted: false, original: { status: VenueStatus.REPLACED } });
    expect(late.replacement).toBeUndefined();
    expect(await codeOf(broker.replaceOrder({ ...request, originalClientOrderId: 'nobody', replacement: resting() }))).toBe('NotFound');
    expect(await codeOf(broker.replaceOrder({ originalClientOrderId: original.clientOrderId }))).toBe('InvalidArgument');
    expect(await codeOf(broker.replaceOrder({ ...request, replacement: original }))).toBe('InvalidArgument');
    expect(await codeOf(broker.replaceOrder({ ...request, replacement: { ...request.replacement, quantity: '13' } }))).toBe(
      'AlreadyExists',
    );
  });
});

describe('faults', () => {
  it('of replacing misbehave as they were told', async () => {
    const { broker, faults } = await open(await newDatabase(), { FAULTS_ENABLED: 'true' });
    const original = resting();
    await broker.placeOrder(original);
    const replacement = resting({ limitPrice: '91' });
    const replace = () => broker.replaceOrder({ originalClientOrderId: original.clientOrderId, replacement });
    const target = FaultTarget.REPLACE_ORDER;

    await faults.setFault({ mode: FaultMode.DOWN, calls: 1, target });
    expect(await codeOf(broker.placeOrder(resting()))).toBe('OK');
    expect(await codeOf(replace())).toBe('Unavailable');
    await faults.setFault({ mode: FaultMode.REJECT, calls: 1, target });
    expect(await replace()).toMatchObject({ accepted: false, original: { status: VenueStatus.NEW } });
    expect(await codeOf(broker.getOrder({ clientOrderId: replacement.clientOrderId }))).toBe('NotFound');
    await faults.setFault({ mode: FaultMode.LOSE_ANSWER, calls: 1, target });
    expect(await codeOf(replace())).toBe('Unavailable');
    expect((await broker.getOrder({ clientOrderId: replacement.clientOrderId })).order?.status).toBe(VenueStatus.NEW);
    expect(await replace()).toMatchObject({ accepted: true, original: { status: VenueStatus.REPLACED } });
    expect(await codeOf(faults.setFault({ mode: FaultMode.REJECT, target: FaultTarget.GET_ORDER }))).toBe('InvalidArgument');
  });

  it('of the stream repeat, reverse and leave out, and are over then', async () => {
    const { broker, faults } = await open(await newDatabase(), { FAULTS_ENABLED: 'true' });
    await broker.placeOrder(order());
    await broker.placeOrder(order());
    const read = async (count: number): Promise<number[]> => {
      const stop = new AbortController();
      const seen: number[] = [];
      try {
        for await (const { reports } of broker.streamExecutionReports({}, { signal: stop.signal })) {
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
