import { createServer, type Http2Server, type ServerHttp2Session } from 'node:http2';
import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError, type ServiceImpl } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createConnectBroker } from '../../../adapters/broker/connect-broker.ts';
import {
  BrokerCircuitOpen,
  BrokerOutcomeUnknown,
  BrokerUnavailable,
  type PlaceOrder,
} from '../../../contracts/broker-session/broker.ts';
import {
  BrokerOrderSchema,
  BrokerOrderStatus,
  BrokerService,
  ExecType,
  OrderType,
  type PlaceOrderRequest,
  type ReplaceOrderRequest,
  Side,
  TimeInForce,
} from '../../../proto/gen/hub/v1/broker_pb.js';
import { asService } from '../../support/service-tokens.ts';

const logger = pino({ level: 'silent' });

interface Venue {
  url: string;
  close(): Promise<void>;
}

/** A venue that does what the test says, over real HTTP/2. */
async function startVenue(methods: Partial<ServiceImpl<typeof BrokerService>>): Promise<Venue> {
  const sessions = new Set<ServerHttp2Session>();
  const server: Http2Server = createServer(
    connectNodeAdapter({ routes: (router) => router.service(BrokerService, methods) }),
  );
  server.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('no port');
  let isClosed = false;
  const close = async (): Promise<void> => {
    if (isClosed) return;
    isClosed = true;
    for (const session of sessions) session.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(close);
  return { url: `http://127.0.0.1:${address.port}`, close };
}

const order: PlaceOrder = {
  brokerClientOrderId: '018f2c1e-0000-7000-8000-000000000001',
  symbol: 'AAPL',
  side: 'BUY',
  type: 'LIMIT',
  timeInForce: 'DAY',
  quantity: '10',
  limitPrice: '100.50',
  protectionPrice: null,
  stopPrice: null,
  trailPercent: null,
  auctionAt: null,
  expiresAt: '2026-11-24T21:00:00.000Z',
};

const venueOrder = create(BrokerOrderSchema, {
  clientOrderId: order.brokerClientOrderId,
  symbol: 'AAPL',
  side: Side.BUY,
  originalClientOrderId: 'original',
  protectionPrice: '105.00',
  status: BrokerOrderStatus.PARTIALLY_FILLED,
  quantity: '10',
  filledQuantity: '4',
  leavesQuantity: '6',
  reports: [
    {
      sequence: 7n,
      executionId: 'PB-x-7',
      clientOrderId: order.brokerClientOrderId,
      execType: ExecType.TRADE,
      orderStatus: BrokerOrderStatus.PARTIALLY_FILLED,
      lastQuantity: '4',
      lastPrice: '100.02',
      cumulativeQuantity: '4',
      leavesQuantity: '6',
      time: timestampFromMs(1_795_000_000_000),
      inAnswer: true,
    },
  ],
});

const connect = (baseUrl: string, deadlineMs = 10_000) =>
  createConnectBroker({
    name: 'second',
    baseUrl,
    authenticate: asService('paper-broker'),
    deadlineMs,
    logger,
  });
const fail = (code: Code) => () => {
  throw new ConnectError('as the test says', code);
};

describe('what is told', () => {
  it('goes out as the contract has it and comes back as the port has it', async () => {
    const requests: PlaceOrderRequest[] = [];
    const venue = await startVenue({
      placeOrder: (request) => {
        requests.push(request);
        return { order: venueOrder };
      },
    });
    const answer = await connect(venue.url).placeOrder(order);
    expect(requests[0]).toMatchObject({
      clientOrderId: order.brokerClientOrderId,
      side: Side.BUY,
      type: OrderType.LIMIT,
      timeInForce: TimeInForce.DAY,
      quantity: '10',
      limitPrice: '100.50',
      protectionPrice: '',
      stopPrice: '',
      trailPercent: '',
      expiresAt: timestampFromMs(Date.parse('2026-11-24T21:00:00.000Z')),
    });
    expect(answer).toEqual({
      brokerClientOrderId: order.brokerClientOrderId,
      symbol: 'AAPL',
      side: 'BUY',
      replaces: 'original',
      protectionPrice: '105.00',
      status: 'PARTIALLY_FILLED',
      quantity: '10',
      filledQuantity: '4',
      leavesQuantity: '6',
      rejectCode: null,
      trigger: null,
      reports: [
        {
          broker: 'second',
          sequence: 7,
          brokerExecutionId: 'PB-x-7',
          brokerClientOrderId: order.brokerClientOrderId,
          execType: 'TRADE',
          lastQuantity: '4',
          lastPrice: '100.02',
          cumulativeQuantity: '4',
          leavesQuantity: '6',
          time: new Date(1_795_000_000_000).toISOString(),
          rejectCode: null,
          inAnswer: true,
        },
      ],
    });
  });

  it.each([
    [
      { type: 'STOP', limitPrice: null, stopPrice: '101' },
      { type: OrderType.STOP, stopPrice: '101', limitPrice: '' },
    ],
    [
      { type: 'STOP_LIMIT', stopPrice: '101' },
      { type: OrderType.STOP_LIMIT, stopPrice: '101', limitPrice: '100.50' },
    ],
    [
      { type: 'TRAILING_STOP', limitPrice: null, trailPercent: '2.5' },
      { type: OrderType.TRAILING_STOP, trailPercent: '2.5' },
    ],
    [
      { timeInForce: 'OPG', auctionAt: '2026-11-24T14:30:00.000Z', expiresAt: null },
      {
        timeInForce: TimeInForce.OPG,
        auctionAt: timestampFromMs(Date.parse('2026-11-24T14:30:00.000Z')),
      },
    ],
  ] satisfies [Partial<PlaceOrder>, object][])(
    'goes out with what belongs to its type: %o',
    async (changes, expected) => {
      const requests: PlaceOrderRequest[] = [];
      const venue = await startVenue({
        placeOrder: (request) => {
          requests.push(request);
          return { order: venueOrder };
        },
      });
      await connect(venue.url).placeOrder({ ...order, ...changes });
      expect(requests[0]).toMatchObject(expected);
    },
  );

  it('of a replacement is the original, and the replacement if there is one', async () => {
    const requests: ReplaceOrderRequest[] = [];
    const original = create(BrokerOrderSchema, {
      clientOrderId: 'open',
      side: Side.SELL,
      status: BrokerOrderStatus.REPLACED,
      reports: [
        {
          execType: ExecType.REPLACED,
          time: timestampFromMs(1_795_000_000_000),
        },
      ],
    });
    const venue = await startVenue({
      replaceOrder: (request) => {
        requests.push(request);
        const isAccepted = request.originalClientOrderId === 'open';
        return { accepted: isAccepted, original, ...(isAccepted && { replacement: venueOrder }) };
      },
    });
    const broker = connect(venue.url);
    expect(await broker.replaceOrder('open', order)).toMatchObject({
      accepted: true,
      original: {
        status: 'REPLACED',
        reports: [{ execType: 'REPLACED', lastQuantity: null }],
      },
      replacement: { status: 'PARTIALLY_FILLED', quantity: '10' },
    });
    expect(requests[0]).toMatchObject({
      originalClientOrderId: 'open',
      replacement: { limitPrice: '100.50', quantity: '10' },
    });
    expect(await broker.replaceOrder('closed', order)).toMatchObject({
      accepted: false,
      original: { status: 'REPLACED' },
      replacement: null,
    });
  });

  it('of a stop that was reached is when and where, of the order and in the report of it', async () => {
    const time = timestampFromMs(1_795_000_000_000);
    const stop = { stopPrice: '218.59', waterMark: '241.54' };
    const triggered = create(BrokerOrderSchema, {
      side: Side.SELL,
      status: BrokerOrderStatus.NEW,
      triggered: true,
      triggeredAt: time,
      ...stop,
      reports: [{ execType: ExecType.TRIGGERED, time, ...stop }],
    });
    const broker = connect((await startVenue({ getOrder: () => ({ order: triggered }) })).url);
    expect(await broker.getOrder('x')).toMatchObject({
      trigger: { at: new Date(1_795_000_000_000).toISOString(), ...stop },
      reports: [{ execType: 'TRIGGERED', trigger: stop }],
    });
  });

  it('of stops is where they lie, by the order; asked once, whatever comes of it', async () => {
    const calls: string[][] = [];
    const venue = await startVenue({
      listStops: ({ clientOrderIds }) => {
        calls.push(clientOrderIds);
        if (calls.length > 1) throw new ConnectError('as the test says', Code.Unavailable);
        return {
          stops: [
            { clientOrderId: 'a', stopPrice: '218.59', waterMark: '241.54' },
            { clientOrderId: 'b' },
          ],
        };
      },
    });
    const broker = connect(venue.url);
    expect([...(await broker.listStops(['a', 'b', 'c']))]).toEqual([
      ['a', { stopPrice: '218.59', waterMark: '241.54' }],
      ['b', { stopPrice: null, waterMark: null }],
    ]);
    await expect(broker.listStops(['a'])).rejects.toThrow(BrokerUnavailable);
    expect(calls).toEqual([['a', 'b', 'c'], ['a']]);
  });

  it('is null for an order that the venue does not know', async () => {
    const venue = await startVenue({
      getOrder: fail(Code.NotFound),
      cancelOrder: fail(Code.NotFound),
      replaceOrder: fail(Code.NotFound),
    });
    const broker = connect(venue.url);
    expect(await broker.getOrder('nobody')).toBeNull();
    expect(await broker.cancelOrder('nobody')).toBeNull();
    expect(await broker.replaceOrder('nobody', order)).toBeNull();
  });
});

describe('a call that changes something', () => {
  it('is BrokerUnavailable when no connection was made', async () => {
    const venue = await startVenue({});
    await venue.close();
    const broker = connect(venue.url);
    await expect(broker.placeOrder(order)).rejects.toThrow(BrokerUnavailable);
    await expect(broker.cancelOrder('x')).rejects.toThrow(BrokerUnavailable);
    await expect(broker.replaceOrder('x', order)).rejects.toThrow(BrokerUnavailable);
  });

  it.each([
    Code.Unavailable,
    Code.Internal,
    Code.Unknown,
    Code.Aborted,
    Code.Canceled,
    Code.DeadlineExceeded,
    Code.ResourceExhausted,
  ])('has an unknown outcome when the venue answers with code %s', async (code) => {
    const venue = await startVenue({
      placeOrder: fail(code),
      cancelOrder: fail(code),
      replaceOrder: fail(code),
    });
    const broker = connect(venue.url);
    await expect(broker.placeOrder(order)).rejects.toThrow(BrokerOutcomeUnknown);
    await expect(broker.cancelOrder('x')).rejects.toThrow(BrokerOutcomeUnknown);
    await expect(broker.replaceOrder('x', order)).rejects.toThrow(BrokerOutcomeUnknown);
  });

  it.each([Code.Unauthenticated, Code.PermissionDenied])(
    'has not acted when the venue rejects the token with code %s',
    async (code) => {
      const venue = await startVenue({
        placeOrder: fail(code),
        cancelOrder: fail(code),
        replaceOrder: fail(code),
      });
      const broker = connect(venue.url);
      await expect(broker.placeOrder(order)).rejects.toThrow(BrokerUnavailable);
      await expect(broker.cancelOrder('x')).rejects.toThrow(BrokerUnavailable);
      await expect(broker.replaceOrder('x', order)).rejects.toThrow(BrokerUnavailable);
    },
  );

  it('has an unknown outcome when the answer does not come in time', async () => {
    const never = () => new Promise<never>(() => {});
    const venue = await startVenue({ placeOrder: never, replaceOrder: never });
    await expect(connect(venue.url, 100).placeOrder(order)).rejects.toThrow(BrokerOutcomeUnknown);
    await expect(connect(venue.url, 100).replaceOrder('x', order)).rejects.toThrow(
      BrokerOutcomeUnknown,
    );
  });

  it('has an unknown outcome when the connection breaks after it was sent', async () => {
    const reached = Promise.withResolvers<void>();
    const venue = await startVenue({
      placeOrder: () => {
        reached.resolve();
        return new Promise(() => {});
      },
    });
    const failure = expect(connect(venue.url).placeOrder(order)).rejects.toThrow(
      BrokerOutcomeUnknown,
    );
    await reached.promise;
    await venue.close();
    await failure;
  });

  it('has an unknown outcome when the answer cannot be understood', async () => {
    const venue = await startVenue({
      placeOrder: () => ({}),
      replaceOrder: () => ({ accepted: true, original: venueOrder }),
    });
    await expect(connect(venue.url).placeOrder(order)).rejects.toThrow(BrokerOutcomeUnknown);
    await expect(connect(venue.url).replaceOrder('x', order)).rejects.toThrow(BrokerOutcomeUnknown);
  });

  it('is sent once, whatever comes of it', async () => {
    const placeOrder = vi.fn(fail(Code.Unavailable));
    const replaceOrder = vi.fn(fail(Code.Unavailable));
    const venue = await startVenue({ placeOrder, replaceOrder });
    await expect(connect(venue.url).placeOrder(order)).rejects.toThrow();
    await expect(connect(venue.url).replaceOrder('x', order)).rejects.toThrow();
    expect(placeOrder).toHaveBeenCalledOnce();
    expect(replaceOrder).toHaveBeenCalledOnce();
  });

  it('that the venue rejects for good is neither unknown nor unavailable', async () => {
    const venue = await startVenue({ placeOrder: fail(Code.AlreadyExists) });
    const failure = await connect(venue.url)
      .placeOrder(order)
      .catch((error: unknown) => error);
    expect(failure).not.toBeInstanceOf(BrokerOutcomeUnknown);
    expect(failure).not.toBeInstanceOf(BrokerUnavailable);
    expect(failure).toBeInstanceOf(Error);
  });

  it('fails at once as unavailable, unsent, after the venue failed five times in a row; it is sent again after a while', async () => {
    let isAway = true;
    const placeOrder = vi.fn(() => {
      if (isAway) throw new ConnectError('away', Code.Unavailable);
      return { order: venueOrder };
    });
    const venue = await startVenue({ placeOrder });
    const broker = connect(venue.url);
    for (let call = 0; call < 5; call += 1)
      await expect(broker.placeOrder(order)).rejects.toThrow(BrokerOutcomeUnknown);
    await expect(broker.placeOrder(order)).rejects.toThrow(BrokerCircuitOpen);
    expect(placeOrder).toHaveBeenCalledTimes(5);
    isAway = false;
    await vi.waitFor(() => broker.placeOrder(order), { timeout: 20_000, interval: 100 });
  });
});

describe('getOrder', () => {
  it('is tried again after a passing failure', async () => {
    let failures = 2;
    const venue = await startVenue({
      getOrder: () => {
        failures -= 1;
        if (failures >= 0) throw new ConnectError('passing', Code.Unavailable);
        return { order: venueOrder };
      },
    });
    expect(await connect(venue.url).getOrder('x')).toMatchObject({ status: 'PARTIALLY_FILLED' });
  });

  it('is unavailable, never of unknown outcome, when no answer can be had', async () => {
    const venue = await startVenue({ getOrder: fail(Code.Unavailable) });
    await expect(connect(venue.url).getOrder('x')).rejects.toThrow(BrokerUnavailable);
  });
});

describe('the stream of reports', () => {
  it('starts after the given sequence and ends quietly when it is aborted', async () => {
    const asked: bigint[] = [];
    const venue = await startVenue({
      async *streamExecutionReports({ afterSequence }, { signal }) {
        asked.push(afterSequence);
        yield { reports: venueOrder.reports };
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
      },
    });
    const stop = new AbortController();
    const seen: [string, number][] = [];
    for await (const reports of connect(venue.url).streamExecutionReports(6, stop.signal)) {
      seen.push(...reports.map(({ broker, sequence }): [string, number] => [broker, sequence]));
      stop.abort();
    }
    expect(asked).toEqual([6n]);
    expect(seen).toEqual([['second', 7]]);
  });

  it('throws BrokerUnavailable when the venue goes, or ends it by itself', async () => {
    const venue = await startVenue({
      async *streamExecutionReports({ afterSequence }, { signal }) {
        if (afterSequence === 0n) return;
        yield { reports: venueOrder.reports };
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
      },
    });
    const broker = connect(venue.url);
    const read = async (after: number, onBatch = async (): Promise<void> => {}): Promise<void> => {
      for await (const _ of broker.streamExecutionReports(after, new AbortController().signal))
        await onBatch();
    };
    await expect(read(0)).rejects.toThrow(BrokerUnavailable);
    await expect(read(1, venue.close)).rejects.toThrow(BrokerUnavailable);
  });

  it('ends at the venue too when its reader stops reading', async () => {
    const ended = Promise.withResolvers<void>();
    const venue = await startVenue({
      async *streamExecutionReports(_request, { signal }) {
        yield { reports: venueOrder.reports };
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        ended.resolve();
      },
    });
    for await (const _ of connect(venue.url).streamExecutionReports(
      0,
      new AbortController().signal,
    ))
      break;
    await ended.promise;
  });
});
