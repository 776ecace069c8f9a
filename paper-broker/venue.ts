import { viewOrder } from './engine-state.ts';
import { OrderTermsDiffer, VenueUnavailable } from './errors.ts';
import { isOpen, type LiveOrder, type OrderTerms, type OrderView, type VenueRejectCode } from './order.ts';
import { createOrderLookup } from './order-lookup.ts';
import type { ReportLog } from './report-log.ts';
import type { VenueQuote } from './symbol-book.ts';
import { sameTerms } from './terms.ts';
import { createVenueCore, type VenueCore, type VenueCoreOptions } from './venue-core.ts';

export interface VenueOptions extends Omit<VenueCoreOptions, 'now'> {
  /** Asks the source for a symbol that no quote has come for yet; `null` when the source does not know it. */
  findQuote: (symbol: string) => Promise<VenueQuote | null>;
  now?: () => number;
}

/**
 * A venue over its own database. Each answer is a promise kept: it is given when what it tells is durable.
 * When that cannot be had, the call throws VenueUnavailable and the book is read back from the database.
 */
export interface Venue {
  /** Reads the book, waiting for the database as long as it takes. */
  start(): Promise<void>;
  /** Refuses what is new and resolves when all that was taken is durable, or cannot be made so within 3 s. */
  stop(): Promise<void>;
  /** Idempotent by client order id; throws OrderTermsDiffer when that names another order. `refusal` rejects a new order. */
  placeOrder(terms: OrderTerms, refusal: VenueRejectCode | null): Promise<OrderView>;
  /** `null` for an unknown order; `accepted` is false for one that is closed already. */
  cancelOrder(clientOrderId: string): Promise<{ accepted: boolean; order: OrderView } | null>;
  getOrder(clientOrderId: string): Promise<OrderView | null>;
  onQuote(quote: VenueQuote): void;
  /** The book is read, and the database took the last write. */
  isServing(): boolean;
  /** It serves, and quotes have come. */
  isReady(): boolean;
  /** Part of every id that the venue gives: made once per database. */
  venueId(): string;
  readonly reports: ReportLog;
}

/** Changes that may wait for the database; more than that is refused before anything is done. */
const PENDING_REPORTS_MAX = 20_000;

export function createVenue(options: VenueOptions): Venue {
  const core = createVenueCore({ ...options, now: options.now ?? Date.now });
  const memory = createMemory(core, options.store.findOrders);

  const settle = async (order: LiveOrder | OrderView): Promise<OrderView> => {
    if (!isLive(order)) return order;
    // What is told is the order as it is now: by the time it is durable, more may have happened that is not.
    const view = viewOrder(order);
    await core.journal.committed(order.batch);
    return view;
  };

  return {
    start: core.start,
    stop: core.stop,
    async placeOrder(terms, refusal) {
      await memory.load(terms.clientOrderId);
      if (!memory.find(terms.clientOrderId)) await learnSymbol(core, options.findQuote, terms.symbol);
      // From here to the change nothing waits, so nobody else can place it in between.
      const known = memory.find(terms.clientOrderId);
      if (known) {
        if (!sameTerms(known.terms, terms)) throw new OrderTermsDiffer(`${terms.clientOrderId} names an order with other terms`);
        return settle(known);
      }
      requireMarket(core, terms.symbol);
      const order = core.engine.accept(terms, refusal);
      core.armExpiry();
      return settle(order);
    },
    async cancelOrder(clientOrderId) {
      await memory.load(clientOrderId);
      const known = memory.find(clientOrderId);
      if (!known) return null;
      const accepted = isLive(known) && core.engine.cancel(known);
      return { accepted, order: await settle(known) };
    },
    async getOrder(clientOrderId) {
      await memory.load(clientOrderId);
      const known = memory.find(clientOrderId);
      return known ? settle(known) : null;
    },
    onQuote: core.onQuote,
    isServing: core.isServing,
    isReady: () => core.isServing() && core.engine.quotes().length > 0,
    venueId: core.venueId,
    reports: core.reports,
  };
}

const isLive = (order: LiveOrder | OrderView): order is LiveOrder => 'batch' in order;

/** What memory knows of an order. Each answer holds for the present step alone: after any wait it must be asked again. */
interface Memory {
  /** Throws VenueUnavailable unless the venue serves. */
  find(clientOrderId: string): LiveOrder | OrderView | null;
  /** Brings a closed order that memory has given up back from the database. */
  load(clientOrderId: string): Promise<void>;
}

function createMemory(core: VenueCore, findOrders: VenueCoreOptions['store']['findOrders']): Memory {
  const readStored = createOrderLookup(findOrders);
  const find: Memory['find'] = (clientOrderId) => {
    core.requireServing();
    return core.engine.find(clientOrderId) ?? core.closed.get(clientOrderId) ?? null;
  };
  return {
    find,
    async load(clientOrderId) {
      if (find(clientOrderId)) return;
      const stored = await readStored(clientOrderId).catch((error: unknown) => {
        throw new VenueUnavailable('the database cannot be asked for the order', { cause: error });
      });
      if (!stored || find(clientOrderId)) return;
      // Open orders are all in memory: this one closed after it was read.
      if (isOpen(stored.status)) throw new VenueUnavailable('the order is just changing');
      core.closed.put(stored);
    },
  };
}

/** Makes sure that a symbol no quote has come for is truly unknown. */
async function learnSymbol(core: VenueCore, findQuote: VenueOptions['findQuote'], symbol: string): Promise<void> {
  if (core.engine.quoteOf(symbol)) return;
  const quote = await findQuote(symbol).catch((error: unknown) => {
    throw new VenueUnavailable(`no quote of ${symbol} can be had now`, { cause: error });
  });
  if (quote) core.onQuote(quote);
}

function requireMarket(core: VenueCore, symbol: string): void {
  if (core.journal.pendingReports() > PENDING_REPORTS_MAX) throw new VenueUnavailable('too many changes wait for the database');
  const quote = core.engine.quoteOf(symbol);
  if (quote && !core.isCurrent(quote)) throw new VenueUnavailable(`the last quote of ${symbol} is too old to trade on`);
  if (!quote && core.engine.quotes().length === 0) throw new VenueUnavailable('no quote has come yet');
}
