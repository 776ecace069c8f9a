import {
  type Client,
  Code,
  ConnectError,
  createClient,
  type Interceptor,
} from '@connectrpc/connect';
import type { Logger } from 'pino';
import { type Broker, BrokerUnavailable } from '../../contracts/broker-session/broker.ts';
import {
  BrokerService,
  type ExecutionReport as ProtoReport,
} from '../../proto/gen/hub/v1/broker_pb.js';
import { connectToBroker, createBrokerPolicies } from './broker-connection.ts';
import {
  fromBrokerOrder,
  fromReplaceResponse,
  fromReport,
  fromStop,
  toPlaceOrderRequest,
} from './broker-message.ts';
import { type CallKind, classifyFailure } from './classify-failure.ts';

export interface ConnectBrokerOptions {
  /** The name that the hub knows it by; in its reports and in the log. */
  name: string;
  /** `http://host:port` of the broker. */
  baseUrl: string;
  /** Shows each call who makes it. */
  authenticate: Interceptor;
  /** Longest wait for one attempt. */
  deadlineMs?: number;
  logger: Logger;
}

const DEADLINE_MS = 800;
const READ_RETRIES = { retriesMax: 2, backoffMs: { initial: 30, max: 200 } };

/**
 * A broker over the Connect protocol on one kept HTTP/2 connection. Placing, canceling and
 * replacing are sent once: whether to send again after a lost answer is the caller's decision. Only
 * `getOrder` is tried again, with jitter. After 5 failures in a row a breaker fails calls at once
 * for 1 s, with `BrokerCircuitOpen`. A stream that ends without having been aborted throws
 * `BrokerUnavailable`.
 */
export function createConnectBroker({
  name,
  baseUrl,
  authenticate,
  deadlineMs = DEADLINE_MS,
  logger,
}: ConnectBrokerOptions): Broker {
  const client: Client<typeof BrokerService> = createClient(
    BrokerService,
    connectToBroker(baseUrl, authenticate),
  );
  const { once, repeated } = createBrokerPolicies({ name, ...READ_RETRIES, logger });
  const policies = { ACTS: once, READS: repeated };
  const options = { timeoutMs: deadlineMs };

  const call = async <T>(
    kind: CallKind,
    method: string,
    send: () => Promise<T>,
    policy = policies[kind],
  ): Promise<T> => {
    try {
      return await policy.execute(send);
    } catch (error) {
      const failure = classifyFailure(error, kind, method);
      logger.debug({ err: failure, broker: name, method }, 'call to the broker failed');
      throw failure;
    }
  };

  return {
    placeOrder: (order) =>
      call('ACTS', 'placeOrder', async () =>
        fromBrokerOrder(name, (await client.placeOrder(toPlaceOrderRequest(order), options)).order),
      ),
    cancelOrder: (brokerClientOrderId) =>
      call('ACTS', 'cancelOrder', () =>
        nullWhenNotFound(async () => {
          const answer = await client.cancelOrder({ clientOrderId: brokerClientOrderId }, options);
          return { accepted: answer.accepted, order: fromBrokerOrder(name, answer.order) };
        }),
      ),
    replaceOrder: (original, replacement) =>
      call('ACTS', 'replaceOrder', () =>
        nullWhenNotFound(async () => {
          const request = {
            originalClientOrderId: original,
            replacement: toPlaceOrderRequest(replacement),
          };
          return fromReplaceResponse(name, await client.replaceOrder(request, options));
        }),
      ),
    getOrder: (brokerClientOrderId) =>
      call('READS', 'getOrder', () =>
        nullWhenNotFound(async () =>
          fromBrokerOrder(
            name,
            (await client.getOrder({ clientOrderId: brokerClientOrderId }, options)).order,
          ),
        ),
      ),
    listStops: (brokerClientOrderIds) => {
      const ask = async () => {
        const { stops } = await client.listStops(
          { clientOrderIds: [...brokerClientOrderIds] },
          options,
        );
        return new Map(stops.map((stop) => [stop.clientOrderId, fromStop(stop)]));
      };
      return call('READS', 'listStops', ask, once);
    },
    streamExecutionReports: async function* (afterSequence, signal) {
      for await (const reports of streamReports(client, afterSequence, signal))
        yield reports.map((report) => fromReport(name, report));
    },
  };
}

/** NOT_FOUND is an answer. */
async function nullWhenNotFound<T>(send: () => Promise<T>): Promise<T | null> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof ConnectError && error.code === Code.NotFound) return null;
    throw error;
  }
}

async function* streamReports(
  client: Client<typeof BrokerService>,
  afterSequence: number,
  signal: AbortSignal,
): AsyncGenerator<ProtoReport[]> {
  const attempt = new AbortController();
  const callSignal = AbortSignal.any([signal, attempt.signal]);
  try {
    for await (const { reports } of client.streamExecutionReports(
      { afterSequence: BigInt(afterSequence) },
      { signal: callSignal },
    )) {
      yield reports;
    }
  } catch (error) {
    if (signal.aborted) return;
    throw classifyFailure(error, 'READS', 'streamExecutionReports');
  } finally {
    // A reader that stops reading ends the call too, not only this loop.
    attempt.abort();
  }
  if (!signal.aborted)
    throw new BrokerUnavailable('streamExecutionReports: the broker ended the stream');
}
