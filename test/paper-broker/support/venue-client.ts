import { randomUUID } from 'node:crypto';
import { type Client, Code, ConnectError, createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { afterAll, beforeEach, onTestFinished } from 'vitest';
import {
  BrokerFaultService,
  BrokerService,
  OrderType,
  Side,
  TimeInForce,
} from '../../../proto/gen/hub/v1/broker_pb.js';
import { ClearingService } from '../../../proto/gen/hub/v1/settlement_pb.js';
import { asService } from '../../support/service-tokens.ts';
import { createEmptyDatabase } from '../../support/services.ts';
import { type MarketDataServer, startMarketDataServer } from './market-data-server.ts';
import { startVenueProcess, type VenueProcess } from './venue-process.ts';

export interface RunningProcess extends VenueProcess {
  broker: Client<typeof BrokerService>;
  faults: Client<typeof BrokerFaultService>;
  clearing: Client<typeof ClearingService>;
  databaseUrl: string;
}

/**
 * Venues as processes, each in a market with quotes of AAPL (100.00 / 100.02) and MSFT (50.00 /
 * 50.01): one market for each test, and one for the venue that the tests of the file share.
 */
export function useVenueProcesses() {
  let marketData: MarketDataServer;
  let shared: Promise<RunningProcess> | undefined;
  const closing: (() => Promise<unknown>)[] = [];
  beforeEach(async () => {
    marketData = await startMarket();
    onTestFinished(() => marketData.close());
  });
  afterAll(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  const newDatabase = async (): Promise<string> => (await createEmptyDatabase()).url;
  const openShared = async (): Promise<RunningProcess> => {
    const market = await startMarket();
    closing.push(market.close);
    const running = await startVenue(await newDatabase(), {
      MARKET_DATA_URL: market.url,
      FAULTS_ENABLED: 'true',
    });
    closing.push(() => running.end('SIGKILL'));
    return running;
  };
  return {
    marketData: () => marketData,
    newDatabase,
    /** A venue of the test's own. */
    async open(databaseUrl: string, env: Record<string, string> = {}): Promise<RunningProcess> {
      const running = await startVenue(databaseUrl, { MARKET_DATA_URL: marketData.url, ...env });
      onTestFinished(async () => {
        await running.end('SIGKILL');
      });
      return running;
    },
    /**
     * The file's own venue, whose market stands still and which takes faults. Whoever sets one that
     * has no end takes it back.
     */
    share(): Promise<RunningProcess> {
      shared ??= openShared();
      return shared;
    },
  };
}

async function startMarket(): Promise<MarketDataServer> {
  const market = await startMarketDataServer();
  market.tell('AAPL', { bid: '100.00', ask: '100.02', bidSize: '100000', askSize: '100000' });
  market.tell('MSFT', { bid: '50.00', ask: '50.01' });
  return market;
}

async function startVenue(
  databaseUrl: string,
  env: Record<string, string>,
): Promise<RunningProcess> {
  const running = await startVenueProcess({ PAPER_BROKER_DATABASE_URL: databaseUrl, ...env });
  const transport = createConnectTransport({
    baseUrl: running.url,
    httpVersion: '2',
    interceptors: [asService('paper-broker')],
  });
  return {
    ...running,
    databaseUrl,
    broker: createClient(BrokerService, transport),
    faults: createClient(BrokerFaultService, transport),
    clearing: createClient(ClearingService, transport),
  };
}

/** A day order to buy 10 AAPL at the market, protected at 105. */
export const order = (changes: object = {}) => ({
  clientOrderId: randomUUID(),
  symbol: 'AAPL',
  side: Side.BUY,
  type: OrderType.MARKET,
  timeInForce: TimeInForce.DAY,
  quantity: '10',
  protectionPrice: '105',
  ...changes,
});

export const resting = (changes: object = {}) =>
  order({ type: OrderType.LIMIT, limitPrice: '90', protectionPrice: '', ...changes });

export async function codeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'OK',
    (error: unknown) => Code[ConnectError.from(error).code],
  );
}
