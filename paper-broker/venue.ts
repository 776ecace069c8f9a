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
  const find = createFinder(core, options.store.findOrders);

  const settle = async (order: LiveOrder): Promise<OrderView> => {
    // What is told is the order as it is now: by the time it is durable, more may have happened that is not.
    const view = viewOrder(order);
    await core.journal.committed(order.batch);
    return view;
  };

  return {
    start: core.start,
    stop: core.stop,
    async placeOrder(terms, refusal) {
      const known = (await find(terms.clientOrderId)) ?? (await learnSymbol(core, options.findQuote, terms));
      if (known) {
        if (!sameTerms(known.terms, terms)) throw new OrderTermsDiffer(`${terms.clientOrderId} names an order with other terms`);
        return isLive(known) ? settle(known) : known;
      }
      requireMarket(core, terms.symbol);
      const order = core.engine.accept(terms, refusal);
      core.armExpiry();
      return settle(order);
    },
    async cancelOrder(clientOrderId) {
      const known = await find(clientOrderId);
      if (!known) return null;
      if (!isLive(known)) return { accepted: false, order: known };
      const accepted = core.engine.cancel(known);
      return { accepted, order: await settle(known) };
    },
    async getOrder(clientOrderId) {
      const known = await find(clientOrderId);
      return known && isLive(known) ? settle(known) : known;
    },
    onQuote: core.onQuote,
    isServing: core.isServing,
    isReady: () => core.isServing() && core.engine.quotes().length > 0,
    venueId: core.venueId,
    reports: core.reports,
  };
}

const isLive = (order: LiveOrder | OrderView): order is LiveOrder => 'batch' in order;

type Finder = (clientOrderId: string) => Promise<LiveOrder | OrderView | null>;

/** Looks in memory first, then in the database. On return the venue serves, and memory is as it was looked at. */
function createFinder(core: VenueCore, findOrders: VenueCoreOptions['store']['findOrders']): Finder {
  const lookUp = createOrderLookup(findOrders);
  const inMemory = (id: string): LiveOrder | OrderView | null => core.engine.find(id) ?? core.closed.get(id) ?? null;

  return async (clientOrderId) => {
    core.requireServing();
    const known = inMemory(clientOrderId);
    if (known) return known;
    const stored = await lookUp(clientOrderId).catch((error: unknown) => {
      throw new VenueUnavailable('the database cannot be asked for the order', { cause: error });
    });
    core.requireServing();
    // Somebody else may have placed it while the database was asked.
    const meanwhile = inMemory(clientOrderId);
    if (meanwhile || !stored) return meanwhile;
    // Open orders are all in memory: this one closed after it was read.
    if (isOpen(stored.status)) throw new VenueUnavailable('the order is just changing');
    core.closed.put(stored);
    return stored;
  };
}

/** Makes sure that a symbol no quote has come for is truly unknown. Returns the order if it came in meanwhile. */
async function learnSymbol(
  core: VenueCore,
  findQuote: VenueOptions['findQuote'],
  terms: OrderTerms,
): Promise<LiveOrder | OrderView | null> {
  if (core.engine.quoteOf(terms.symbol)) return null;
  const quote = await findQuote(terms.symbol).catch((error: unknown) => {
    throw new VenueUnavailable(`no quote of ${terms.symbol} can be had now`, { cause: error });
  });
  core.requireServing();
  if (quote) core.onQuote(quote);
  return core.engine.find(terms.clientOrderId) ?? core.closed.get(terms.clientOrderId) ?? null;
}

function requireMarket(core: VenueCore, symbol: string): void {
  if (core.journal.pendingReports() > PENDING_REPORTS_MAX) throw new VenueUnavailable('too many changes wait for the database');
  const quote = core.engine.quoteOf(symbol);
  if (quote && !core.isCurrent(quote)) throw new VenueUnavailable(`the last quote of ${symbol} is too old to trade on`);
  if (!quote && core.engine.quotes().length === 0) throw new VenueUnavailable('no quote has come yet');
}
