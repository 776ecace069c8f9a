import { randomUUID } from 'node:crypto';
import {
  type Broker,
  type BrokerOrder,
  BrokerOutcomeUnknown,
  BrokerUnavailable,
  type ExecutionReport,
  type PlaceOrder,
  type StopStanding,
} from '../../contracts/broker-session/broker.ts';
import type { Clock } from '../../contracts/clock.ts';
import { Decimal } from '../../domain/money/decimal.ts';
import { createEngine, type Engine } from '../../paper-broker/engine.ts';
import { viewOrder } from '../../paper-broker/engine-state.ts';
import {
  isOpen,
  type LiveOrder,
  type OrderTerms,
  type OrderView,
  type Report,
} from '../../paper-broker/order.ts';
import { currentStop } from '../../paper-broker/stops.ts';
import { sameTerms } from '../../paper-broker/terms.ts';

/** Prices in USD, sizes in shares. */
export interface MarketQuote {
  bid: string;
  ask: string;
  last: string;
  bidSize: string;
  askSize: string;
}

/**
 * REJECTING: every new order is rejected. UNREACHABLE: no call arrives. MUTE: calls arrive and act,
 * no answer comes back.
 */
export type VenueMood = 'ANSWERING' | 'REJECTING' | 'UNREACHABLE' | 'MUTE';

export interface EngineBroker {
  readonly broker: Broker;
  mood: VenueMood;
  /** The market moves, now. */
  quote(symbol: string, numbers: MarketQuote): void;
  /** Does what has become due until now, each at its own time. */
  catchUp(): void;
  /** When the next order ends by itself or the next auction is held. */
  nextDueMs(): number | null;
  /**
   * What was reported since the last call, as the stream of reports has it: nothing while the venue
   * is silent.
   */
  takeReports(): ExecutionReport[];
  /** The venue's own books: each order that ever arrived, with all its reports. */
  ordersThere(): BrokerOrder[];
}

const QUOTE_AGE_MAX_MS = 600_000;

/**
 * The matching engine of paper-broker behind the Broker port, in this process, on a clock of the
 * test's own and with quotes that it makes. As in the service around it, placing and replacing are
 * idempotent by client order id, and what is due happens without anybody asking.
 */
export function createEngineBroker(clock: Clock): EngineBroker {
  const venueId = randomUUID();
  const arrived = new Map<string, LiveOrder>();
  let unread: Report[] = [];
  let engineMs = clock();
  let quotes = 0;
  const engine = createEngine({
    record: (_order, report) => unread.push(report),
    recordMark: () => 0,
    recordUsage: () => {},
    now: () => engineMs,
    quoteMaxAgeMs: QUOTE_AGE_MAX_MS,
  });

  function catchUp(): void {
    const untilMs = clock();
    for (
      let dueMs = engine.nextDueMs();
      dueMs !== null && dueMs <= untilMs;
      dueMs = engine.nextDueMs()
    ) {
      engineMs = Math.max(engineMs, dueMs);
      engine.runDue();
    }
    engineMs = Math.max(engineMs, untilMs);
  }

  const venue: EngineBroker = {
    broker: portOf({ engine, venueId, arrived, catchUp, mood: () => venue.mood }),
    mood: 'ANSWERING',
    quote(symbol, { bid, ask, last, bidSize, askSize }) {
      catchUp();
      const prices = { bid: new Decimal(bid), ask: new Decimal(ask), last: new Decimal(last) };
      const sizes = { bidSize: new Decimal(bidSize), askSize: new Decimal(askSize) };
      const quote = { symbol, ...prices, ...sizes, sequence: ++quotes, timeMs: engineMs };
      engine.closeBefore(quote);
      engine.keepQuote(quote);
      engine.matchSymbol(symbol);
    },
    catchUp,
    nextDueMs: () => engine.nextDueMs(),
    takeReports() {
      if (venue.mood === 'UNREACHABLE' || venue.mood === 'MUTE') return [];
      const reports = unread;
      unread = [];
      return reports.map((report) => toExecutionReport(venueId, report));
    },
    ordersThere: () => [...arrived.values()].map((order) => toBrokerOrder(venueId, order)),
  };
  return venue;
}

interface VenueInside {
  engine: Engine;
  venueId: string;
  arrived: Map<string, LiveOrder>;
  catchUp: () => void;
  mood: () => VenueMood;
}

function portOf({ engine, venueId, arrived, catchUp, mood }: VenueInside): Broker {
  /** Lets a call arrive and its answer return, as the venue's mood has it. */
  async function call<T>(act: () => T): Promise<T> {
    if (mood() === 'UNREACHABLE') throw new BrokerUnavailable('no connection to the venue');
    catchUp();
    const answer = act();
    if (mood() === 'MUTE') throw new BrokerOutcomeUnknown('no answer from the venue');
    return answer;
  }

  /** The order that arrived under the id; else what `make` makes of the terms. */
  function knownOr<T extends LiveOrder | null>(
    terms: OrderTerms,
    make: (terms: OrderTerms) => T,
  ): LiveOrder | T {
    const known = arrived.get(terms.clientOrderId);
    if (known && !sameTerms(known.terms, terms))
      throw new Error(`${terms.clientOrderId} names an order with other terms`);
    const order = known ?? make(terms);
    if (order) arrived.set(terms.clientOrderId, order);
    return order;
  }

  const find = (id: string): LiveOrder | null => arrived.get(id) ?? null;
  const tell = (order: LiveOrder): BrokerOrder => toBrokerOrder(venueId, order);
  const accept = (terms: OrderTerms): LiveOrder =>
    engine.accept(terms, mood() === 'REJECTING' ? 'BROKER_OPTION' : null);

  return {
    placeOrder: (order) => call(() => tell(knownOr(toTerms(order), accept))),
    cancelOrder: (id) =>
      call(() => {
        const order = find(id);
        return order && { accepted: engine.cancel(order), order: tell(order) };
      }),
    replaceOrder: (originalId, replacement) =>
      call(() => {
        const original = find(originalId);
        if (!original) return null;
        const made = knownOr(toTerms(replacement), (terms) => engine.replace(original, terms));
        return {
          accepted: made !== null,
          original: tell(original),
          replacement: made && tell(made),
        };
      }),
    getOrder: (id) =>
      call(() => {
        const order = find(id);
        return order && tell(order);
      }),
    listStops: (ids) =>
      call(() => {
        const open = ids.flatMap((id) => find(id) ?? []).filter(({ status }) => isOpen(status));
        return new Map(
          open.map((order) => [order.terms.clientOrderId, standingOf(viewOrder(order))]),
        );
      }),
    async *streamExecutionReports() {},
  };
}

function toTerms({ brokerClientOrderId, auctionAt, expiresAt, ...terms }: PlaceOrder): OrderTerms {
  return {
    clientOrderId: brokerClientOrderId,
    ...terms,
    auctionAtMs: instantOf(auctionAt),
    expiresAtMs: instantOf(expiresAt),
  };
}

const instantOf = (timestamp: string | null): number | null =>
  timestamp === null ? null : Date.parse(timestamp);

function toBrokerOrder(venueId: string, order: LiveOrder): BrokerOrder {
  const view = viewOrder(order);
  const {
    terms,
    replaces,
    status,
    quantity,
    filledQuantity,
    leavesQuantity,
    rejectCode,
    triggeredAtMs,
    reports,
  } = view;
  const told = reports.map((report) => toExecutionReport(venueId, report));
  const trigger =
    triggeredAtMs === null
      ? null
      : { ...standingOf(view), at: new Date(triggeredAtMs).toISOString() };
  return {
    brokerClientOrderId: terms.clientOrderId,
    ...{ symbol: terms.symbol, side: terms.side, protectionPrice: terms.protectionPrice, replaces },
    status,
    quantity,
    filledQuantity,
    leavesQuantity,
    rejectCode,
    trigger,
    reports: told,
  };
}

const standingOf = (view: OrderView): StopStanding => ({
  stopPrice: currentStop(view),
  waterMark: view.waterMark,
});

function toExecutionReport(
  venueId: string,
  { clientOrderId, timeMs, stopPrice, waterMark, orderStatus: _, ...report }: Report,
): ExecutionReport {
  const time = new Date(timeMs).toISOString();
  const trigger = report.execType === 'TRIGGERED' && { trigger: { stopPrice, waterMark } };
  return {
    ...report,
    broker: 'paper-broker',
    brokerExecutionId: `${venueId}/${report.sequence}`,
    brokerClientOrderId: clientOrderId,
    time,
    ...trigger,
  };
}
