import {
  Code,
  ConnectError,
  type ConnectRouter,
  type HandlerContext,
  type ServiceImpl,
} from '@connectrpc/connect';
import type { Logger } from 'pino';
import { BrokerFaultService, BrokerService } from '../proto/gen/hub/v1/broker_pb.js';
import { ClearingService } from '../proto/gen/hub/v1/settlement_pb.js';
import { createAnswer, disturbCall, loseAnswer, toConnectError } from './call-outcome.ts';
import { createClearingHandlers } from './clearing-service.ts';
import { streamDisturbedReports } from './disturbed-report-stream.ts';
import { createFaultHandlers } from './fault-service.ts';
import type { Fault, FaultableCall, Faults } from './faults.ts';
import type { VenueMetrics } from './metrics.ts';
import type { OrderView } from './order.ts';
import { MalformedRequest, readClientOrderId, readListedIds } from './proto-fields.ts';
import { readTerms, toProtoOrder, toProtoReport } from './proto-mapping.ts';
import { streamReports } from './report-stream.ts';
import { withSignsOfLife } from './signs-of-life.ts';
import type { Venue } from './venue.ts';

export interface ServiceOptions {
  venue: Venue;
  /** `null` when faults are not enabled: there is no BrokerFaultService then. */
  faults: Faults | null;
  logger: Logger;
  metrics: VenueMetrics;
}

/**
 * BrokerService, BrokerFaultService and ClearingService over a venue. Thin: words in, words out,
 * errors to codes.
 */
export function createRoutes({
  venue,
  faults,
  logger,
  metrics,
}: ServiceOptions): (router: ConnectRouter) => void {
  const answer = createAnswer(logger, metrics);
  const disturb = createDisturb(venue, faults);
  const proto = (order: OrderView) => toProtoOrder(venue.venueId(), order);

  return (router) => {
    router.service(BrokerService, {
      placeOrder: (request) =>
        answer('PlaceOrder', async () => {
          const terms = readTerms(request);
          const fault = await disturb('PlaceOrder', terms.clientOrderId, terms.symbol);
          const order = await venue.placeOrder(
            terms,
            fault?.mode === 'REJECT' ? 'BROKER_OPTION' : null,
          );
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
      replaceOrder: (request) =>
        answer('ReplaceOrder', async () => {
          const originalId = readClientOrderId(request.originalClientOrderId);
          const terms = readTerms(request.replacement);
          if (terms.clientOrderId === originalId)
            throw new MalformedRequest('the replacement needs an id of its own');
          const fault = await disturb('ReplaceOrder', originalId, terms.symbol);
          const outcome = await venue.replaceOrder(originalId, terms, fault?.mode === 'REJECT');
          loseAnswer(fault);
          if (!outcome) throw notFound(originalId);
          const { accepted, original, replacement } = outcome;
          return {
            accepted,
            original: proto(original),
            ...(replacement && { replacement: proto(replacement) }),
          };
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
      listStops: (request) =>
        answer('ListStops', async () => {
          const ids = readListedIds(request.clientOrderIds);
          const fault = await disturb('GetOrder', ids[0] ?? '');
          const stops = await venue.listStops(ids);
          loseAnswer(fault);
          return {
            stops: stops.map((stop) => ({
              ...stop,
              stopPrice: stop.stopPrice ?? '',
              waterMark: stop.waterMark ?? '',
            })),
          };
        }),
      streamExecutionReports: createReportStream({ venue, faults, logger, metrics }),
    });
    if (faults) router.service(BrokerFaultService, createFaultHandlers({ faults, answer, logger }));
    router.service(ClearingService, createClearingHandlers({ venue, faults, answer }));
  };
}

function createReportStream({
  venue,
  faults,
  logger,
  metrics,
}: ServiceOptions): ServiceImpl<typeof BrokerService>['streamExecutionReports'] {
  const symbolOf = async (clientOrderId: string) =>
    (await venue.getOrder(clientOrderId))?.terms.symbol ?? null;
  const open = (after: number, signal: AbortSignal) =>
    faults
      ? streamDisturbedReports({ venue, faults, symbolOf }, after, signal)
      : streamReports(venue, after, signal);

  return async function* (request, { signal }: HandlerContext) {
    metrics.subscribers.inc();
    try {
      const told = open(Number(request.afterSequence), signal);
      for await (const reports of withSignsOfLife(told, venue.isServing)) {
        yield { reports: reports.map((report) => toProtoReport(venue.venueId(), report)) };
      }
    } catch (error) {
      throw toConnectError(error, 'StreamExecutionReports', logger);
    } finally {
      metrics.subscribers.dec();
    }
  };
}

/** Takes the fault that hits a call about an order, and lets it act before the call. */
function createDisturb(venue: Venue, faults: Faults | null) {
  return async (
    call: FaultableCall,
    clientOrderId: string,
    symbol?: string,
  ): Promise<Fault | null> => {
    if (!faults?.isActive()) return null;
    const known = symbol ?? (await venue.getOrder(clientOrderId))?.terms.symbol;
    const fault = faults.take(call, known === undefined ? [] : [known]);
    await disturbCall(fault);
    return fault;
  };
}

const notFound = (clientOrderId: string): ConnectError =>
  new ConnectError(`order ${clientOrderId} is not known`, Code.NotFound);
