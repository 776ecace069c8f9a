import { setTimeout as sleep } from 'node:timers/promises';
import { Code, ConnectError, type ConnectRouter } from '@connectrpc/connect';
import type { Logger } from 'pino';
import { BrokerFaultService, BrokerService } from '../proto/gen/hub/v1/broker_pb.js';
import { OrderTermsDiffer, VenueUnavailable } from './errors.ts';
import type { Fault, FaultableCall, Faults } from './faults.ts';
import type { VenueMetrics } from './metrics.ts';
import { MalformedRequest, readClientOrderId, readFaultMode, readTerms, toProtoOrder, toProtoReport } from './proto-mapping.ts';
import { streamReports } from './report-stream.ts';
import type { Venue } from './venue.ts';

export interface ServiceOptions {
  venue: Venue;
  /** `null` when faults are not enabled: SetFault is then refused. */
  faults: Faults | null;
  logger: Logger;
  metrics: VenueMetrics;
}

const FAULT_DELAY_MAX_MS = 60_000;

/** BrokerService and BrokerFaultService (hub/v1/broker.proto) over a venue. Thin: words in, words out, errors to codes. */
export function createRoutes({ venue, faults, logger, metrics }: ServiceOptions): (router: ConnectRouter) => void {
  const answer = createAnswer(logger, metrics);
  const disturb = createDisturb(venue, faults);
  const proto = (order: Parameters<typeof toProtoOrder>[1]) => toProtoOrder(venue.venueId(), order);

  return (router) => {
    router.service(BrokerService, {
      placeOrder: (request) =>
        answer('PlaceOrder', async () => {
          const terms = readTerms(request);
          const fault = await disturb('PlaceOrder', terms.clientOrderId, terms.symbol);
          const order = await venue.placeOrder(terms, fault?.mode === 'REJECT' ? 'VENUE_REFUSED' : null);
          loseAnswer(fault);
          return { order: proto(order) };
        }),
      cancelOrder: (request) =>
        answer('CancelOrder', async () => {
          const clientOrderId = readClientOrderId(request.clientOrderId);
          const fault = await disturb('CancelOrder', clientOrderId);
          const outcome = await venue.cancelOrder(clientOrderId);
          loseAnswer(fault);
          if (!outcome) throw notFound(clientOrderId);
          return { accepted: outcome.accepted, order: proto(outcome.order) };
        }),
      getOrder: (request) =>
        answer('GetOrder', async () => {
          const clientOrderId = readClientOrderId(request.clientOrderId);
          const fault = await disturb('GetOrder', clientOrderId);
          const order = await venue.getOrder(clientOrderId);
          loseAnswer(fault);
          if (!order) throw notFound(clientOrderId);
          return { order: proto(order) };
        }),
      async *streamExecutionReports(request, context) {
        metrics.subscribers.inc();
        try {
          for await (const reports of streamReports(venue, Number(request.afterSequence), context.signal)) {
            yield { reports: reports.map((report) => toProtoReport(venue.venueId(), report)) };
          }
        } catch (error) {
          throw toConnectError(error, 'StreamExecutionReports', logger);
        } finally {
          metrics.subscribers.dec();
        }
      },
    });
    router.service(BrokerFaultService, {
      setFault: (request) =>
        answer('SetFault', async () => {
          if (!faults) throw new ConnectError('faults are not enabled', Code.PermissionDenied);
          if (request.delayMs > FAULT_DELAY_MAX_MS) throw new MalformedRequest(`delay_ms must be at most ${FAULT_DELAY_MAX_MS}`);
          const fault = { mode: readFaultMode(request.mode), delayMs: request.delayMs, calls: request.calls, symbol: request.symbol };
          faults.set(fault);
          logger.warn(fault, 'fault set');
          return {};
        }),
    });
  };
}

/** Lets the active fault act before the call: SLOW waits, DOWN fails it. The others act later. */
function createDisturb(venue: Venue, faults: Faults | null) {
  return async (call: FaultableCall, clientOrderId: string, symbol?: string): Promise<Fault | null> => {
    if (!faults?.isActive()) return null;
    const fault = faults.take(call, symbol ?? (await venue.getOrder(clientOrderId))?.terms.symbol ?? null);
    if (fault?.mode === 'SLOW') await sleep(fault.delayMs, undefined, { ref: false });
    if (fault?.mode === 'DOWN') throw new VenueUnavailable('the venue is down');
    return fault;
  };
}

function loseAnswer(fault: Fault | null): void {
  if (fault?.mode === 'LOSE_ANSWER') throw new VenueUnavailable('the answer was lost');
}

const notFound = (clientOrderId: string): ConnectError => new ConnectError(`order ${clientOrderId} is not known`, Code.NotFound);

/** Runs a call, turns what it throws into a Connect error and counts it by code. */
function createAnswer(logger: Logger, metrics: VenueMetrics) {
  return async <T>(method: string, run: () => Promise<T>): Promise<T> => {
    try {
      const result = await run();
      metrics.calls.inc({ method, code: 'OK' });
      return result;
    } catch (error) {
      const mapped = toConnectError(error, method, logger);
      metrics.calls.inc({ method, code: Code[mapped.code] });
      throw mapped;
    }
  };
}

/** The one mapping of the venue's errors to codes. A defect is logged here and told as INTERNAL without its text. */
function toConnectError(error: unknown, method: string, logger: Logger): ConnectError {
  if (error instanceof ConnectError) return error;
  if (error instanceof MalformedRequest) return new ConnectError(error.message, Code.InvalidArgument);
  if (error instanceof OrderTermsDiffer) return new ConnectError(error.message, Code.AlreadyExists);
  if (error instanceof VenueUnavailable) {
    logger.warn({ err: error, method }, 'call failed: unavailable');
    return new ConnectError(error.message, Code.Unavailable);
  }
  logger.error({ err: error, method }, 'call failed');
  return new ConnectError('internal error', Code.Internal);
}
