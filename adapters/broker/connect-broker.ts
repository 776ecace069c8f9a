import { type Client, Code, ConnectError, createClient } from '@connectrpc/connect';
import type { Logger } from 'pino';
import { type Broker, BrokerUnavailable, type ExecutionReport } from '../../contracts/ports/broker.ts';
import { BrokerService } from '../../proto/gen/hub/v1/broker_pb.js';
import { fromReplaceResponse, fromReport, fromVenueOrder, toPlaceOrderRequest } from './broker-message.ts';
import { type CallKind, classifyFailure } from './classify-failure.ts';
import { connectVenue, createVenuePolicies } from './venue-connection.ts';

export interface ConnectBrokerOptions {
  /** `http://host:port` of the venue. */
  baseUrl: string;
  /** Longest wait for one attempt. */
  deadlineMs?: number;
  logger: Logger;
}

const DEADLINE_MS = 800;
const READ_RETRIES = { retriesMax: 2, backoffMs: { initial: 30, max: 200 } };

/**
 * A venue over the Connect protocol on one kept HTTP/2 connection. Placing, canceling and replacing are sent once: whether to send
 * again after a lost answer is the caller's decision. Only `getOrder` is tried again, with jitter. After 5 failures in a row a
 * breaker fails calls at once for 1 s, with `BrokerCircuitOpen`. A stream that ends without having been aborted throws `BrokerUnavailable`.
 */
export function createConnectBroker({ baseUrl, deadlineMs = DEADLINE_MS, logger }: ConnectBrokerOptions): Broker {
  const client: Client<typeof BrokerService> = createClient(BrokerService, connectVenue(baseUrl));
  const { once, repeated } = createVenuePolicies({ name: 'the venue', ...READ_RETRIES, logger });
  const policies = { ACTS: once, READS: repeated };
  const options = { timeoutMs: deadlineMs };

  const call = async <T>(kind: CallKind, method: string, send: () => Promise<T>): Promise<T> => {
    try {
      return await policies[kind].execute(send);
    } catch (error) {
      const failure = classifyFailure(error, kind, method);
      logger.debug({ err: failure, method }, 'call to the venue failed');
      throw failure;
    }
  };

  return {
    placeOrder: (order) =>
      call('ACTS', 'placeOrder', async () => fromVenueOrder((await client.placeOrder(toPlaceOrderRequest(order), options)).order)),
    cancelOrder: (brokerClientOrderId) =>
      call('ACTS', 'cancelOrder', () =>
        nullWhenNotFound(async () => {
          const answer = await client.cancelOrder({ clientOrderId: brokerClientOrderId }, options);
          return { accepted: answer.accepted, order: fromVenueOrder(answer.order) };
        }),
      ),
    replaceOrder: (original, replacement) =>
      call('ACTS', 'replaceOrder', () =>
        nullWhenNotFound(async () => {
          const request = { originalClientOrderId: original, replacement: toPlaceOrderRequest(replacement) };
          return fromReplaceResponse(await client.replaceOrder(request, options));
        }),
      ),
    getOrder: (brokerClientOrderId) =>
      call('READS', 'getOrder', () =>
        nullWhenNotFound(async () => fromVenueOrder((await client.getOrder({ clientOrderId: brokerClientOrderId }, options)).order)),
      ),
    streamExecutionReports: (afterSequence, signal) => streamReports(client, afterSequence, signal),
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
): AsyncGenerator<ExecutionReport[]> {
  const attempt = new AbortController();
  const callSignal = AbortSignal.any([signal, attempt.signal]);
  try {
    for await (const { reports } of client.streamExecutionReports({ afterSequence: BigInt(afterSequence) }, { signal: callSignal })) {
      yield reports.map(fromReport);
    }
  } catch (error) {
    if (signal.aborted) return;
    throw classifyFailure(error, 'READS', 'streamExecutionReports');
  } finally {
    // A reader that stops reading ends the call too, not only this loop.
    attempt.abort();
  }
  if (!signal.aborted) throw new BrokerUnavailable('streamExecutionReports: the venue ended the stream');
}
