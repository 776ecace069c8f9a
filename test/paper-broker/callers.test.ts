import { createClient, type Interceptor } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { expect, it } from 'vitest';
import { readEnvironment } from '../../paper-broker/env.ts';
import { BrokerFaultService, BrokerService, FaultMode } from '../../proto/gen/hub/v1/broker_pb.js';
import { ClearingService } from '../../proto/gen/hub/v1/settlement_pb.js';
import { makeRejectedTokens } from '../support/forged-service-tokens.ts';
import { TEST_SECRETS } from '../support/service-tokens.ts';
import { codeOf, order, resting, useVenueProcesses } from './support/venue-client.ts';
import { startVenueProcess } from './support/venue-process.ts';

const { newDatabase, open, share } = useVenueProcesses();

/**
 * What becomes of every call of the venue's three services, under a token or none; the order
 * exists.
 */
async function outcomesAt(
  url: string,
  clientOrderId: string,
  token?: string,
): Promise<Record<string, string>> {
  const authorize: Interceptor = (next) => (request) => {
    if (token !== undefined) request.header.set('Authorization', `Bearer ${token}`);
    return next(request);
  };
  const transport = createConnectTransport({
    baseUrl: url,
    httpVersion: '2',
    interceptors: [authorize],
  });
  const broker = createClient(BrokerService, transport);
  const firstReports = async () => {
    for await (const _ of broker.streamExecutionReports({ afterSequence: 0n })) return;
  };
  return {
    placeOrder: await codeOf(broker.placeOrder(order())),
    cancelOrder: await codeOf(broker.cancelOrder({ clientOrderId })),
    replaceOrder: await codeOf(
      broker.replaceOrder({ originalClientOrderId: clientOrderId, replacement: resting() }),
    ),
    getOrder: await codeOf(broker.getOrder({ clientOrderId })),
    listStops: await codeOf(broker.listStops({ clientOrderIds: [clientOrderId] })),
    streamExecutionReports: await codeOf(firstReports()),
    settleInstructions: await codeOf(
      createClient(ClearingService, transport).settleInstructions({ instructions: [] }),
    ),
    setFault: await codeOf(
      createClient(BrokerFaultService, transport).setFault({ mode: FaultMode.DOWN }),
    ),
  };
}

it('takes no call without a good token of a service, and nothing has happened then', async () => {
  const { url, metricsUrl, broker } = await share();
  const { clientOrderId } = (await broker.placeOrder(resting())).order ?? expect.fail('no order');
  const rejected = { 'without a token': undefined, ...(await makeRejectedTokens('paper-broker')) };
  for (const [name, token] of Object.entries(rejected)) {
    const outcomes = await outcomesAt(url, clientOrderId, token);
    expect([...new Set(Object.values(outcomes))], name).toEqual(['Unauthenticated']);
  }
  const { order: untouched } = await broker.getOrder({ clientOrderId });
  expect(untouched?.reports).toHaveLength(1);
  const metrics = await (await fetch(metricsUrl)).text();
  const count = Object.keys(rejected).length;
  const turnedAway = `paper_broker_calls_turned_away_total{procedure="hub.v1.BrokerFaultService/SetFault",code="Unauthenticated"} ${count}`;
  expect(metrics).toContain(turnedAway);
});

it('tells everybody whether it is well', async () => {
  const { url } = await share();
  expect((await fetch(`${url}/health/live`)).status).toBe(200);
  expect((await fetch(`${url}/health/ready`)).status).toBe(200);
});

it('has no switch for faults unless it is started with one', async () => {
  const { faults } = await open(await newDatabase());
  expect(await codeOf(faults.setFault({ mode: FaultMode.DOWN }))).toBe('Unimplemented');
});

const NEEDED = { PAPER_BROKER_DATABASE_URL: 'postgres://127.0.0.1:1/venue', ...TEST_SECRETS };

it('does not start in an environment that it rejects', async () => {
  const env = { ...NEEDED, HUB_PROFILE: 'production', FAULTS_ENABLED: 'true' };
  await expect(startVenueProcess(env)).rejects.toThrow('FAULTS_ENABLED');
});

it.each(['demo', 'production'])('rejects faults in the profile %j', (profile) => {
  const env = { ...NEEDED, HUB_PROFILE: profile };
  expect(readEnvironment(env)).toMatchObject({ FAULTS_ENABLED: false });
  expect(() => readEnvironment({ ...env, FAULTS_ENABLED: 'true' })).toThrow('FAULTS_ENABLED');
});

it.each(['BROKER_SERVICE_SECRET', 'MARKET_DATA_SERVICE_SECRET'])(
  'rejects a start without %s',
  (name) => {
    expect(() => readEnvironment({ ...NEEDED, [name]: '' })).toThrow(name);
  },
);
