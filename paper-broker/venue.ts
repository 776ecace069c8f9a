import { viewOrder } from './engine-state.ts';
import { OrderTermsDiffer, VenueFenced, VenueUnavailable } from './errors.ts';
import {
  isOpen,
  type LiveOrder,
  type OrderTerms,
  type OrderView,
  type VenueRejectCode,
} from './order.ts';
import { createOrderMemory, isLive, type OrderMemory } from './order-memory.ts';
import type { ReportLog } from './report-log.ts';
import type { Instruction, Judgement } from './settle-instructions.ts';
import { currentStop } from './stops.ts';
import type { VenueQuote } from './symbol-book.ts';
import { sameTerms } from './terms.ts';
import { createVenueCore, type VenueCore, type VenueCoreOptions } from './venue-core.ts';

export interface VenueOptions extends Omit<VenueCoreOptions, 'now'> {
  /**
   * Asks the source for a symbol that no quote has come for yet; `null` when the source does not
   * know it.
   */
  findQuote: (symbol: string) => Promise<VenueQuote | null>;
  now?: () => number;
}

export interface ReplaceOutcome {
  accepted: boolean;
  original: OrderView;
  /** `null` when it was not accepted. */
  replacement: OrderView | null;
}

/** Where the stop of an open order lies. */
export interface StopView {
  clientOrderId: string;
  stopPrice: string | null;
  waterMark: string | null;
}

/**
 * A venue over its own database. Each answer is a promise kept: it is given when what it tells is
 * durable. When that cannot be had, the call throws VenueUnavailable and the book is read back from
 * the database.
 */
export interface Venue {
  /** Reads the book, waiting for the database as long as it takes. */
  start(): Promise<void>;
  /**
   * Rejects what is new and resolves when all that was taken is durable, or cannot be made so
   * within 3 s.
   */
  stop(): Promise<void>;
  /**
   * Idempotent by client order id; throws OrderTermsDiffer when that names another order.
   * `rejection` rejects a new order.
   */
  placeOrder(terms: OrderTerms, rejection: VenueRejectCode | null): Promise<OrderView>;
  /** `null` for an unknown order; `accepted` is false for one that is closed already. */
  cancelOrder(clientOrderId: string): Promise<{ accepted: boolean; order: OrderView } | null>;
  /**
   * Idempotent by the replacement's client order id; throws OrderTermsDiffer when that names
   * another order, or the replacement of another. `null` for an unknown original. Of a replacement
   * that is not accepted nothing is remembered. `isRejected` accepts none that is new.
   */
  replaceOrder(
    originalId: string,
    replacement: OrderTerms,
    isRejected: boolean,
  ): Promise<ReplaceOutcome | null>;
  getOrder(clientOrderId: string): Promise<OrderView | null>;
  /** Where the stops of those of the orders lie that are open. */
  listStops(clientOrderIds: readonly string[]): Promise<StopView[]>;
  /** One judgement for each instruction, in their order; what it calls SETTLED is durable. */
  settle(instructions: readonly Instruction[]): Promise<Judgement[]>;
  onQuote(quote: VenueQuote): void;
  /** The book is read, and the database took the last write. */
  isServing(): boolean;
  /** It serves, quotes have come, and orders can be looked up. */
  isReady(): boolean;
  /** Part of every id that the venue gives: made once per database. */
  venueId(): string;
  readonly reports: ReportLog;
}

/** Changes that may wait for the database; more than that is rejected before anything is done. */
const PENDING_REPORTS_MAX = 20_000;

export function createVenue(options: VenueOptions): Venue {
  const { store, logger, metrics } = options;
  const core = createVenueCore({ ...options, now: options.now ?? Date.now });
  const memory = createOrderMemory({
    core,
    findOrders: store.findOrders,
    logger,
    onLookupFailed: () => metrics.lookUpFailures.inc(),
  });

  const tell = async (order: LiveOrder | OrderView): Promise<OrderView> => {
    if (!isLive(order)) return order;
    // What is told is the order as it is now: by the time it is durable, more may have happened
    // that is not.
    const view = viewOrder(order);
    await core.journal.committed(order.batch);
    return view;
  };

  return {
    start: core.start,
    async stop() {
      memory.stop();
      await core.stop();
    },
    async placeOrder(terms, rejection) {
      await memory.load(terms.clientOrderId);
      if (!memory.find(terms.clientOrderId))
        await learnSymbol(core, options.findQuote, terms.symbol);
      // From here to the change nothing waits, so nobody else can place it in between.
      const known = memory.find(terms.clientOrderId);
      if (known) {
        if (!sameTerms(known.terms, terms))
          throw new OrderTermsDiffer(`${terms.clientOrderId} names an order with other terms`);
        return tell(known);
      }
      requireMarket(core, terms.symbol);
      const order = core.engine.accept(terms, rejection);
      core.armTimer();
      return tell(order);
    },
    async cancelOrder(clientOrderId) {
      await memory.load(clientOrderId);
      const known = memory.find(clientOrderId);
      if (!known) return null;
      const accepted = isLive(known) && core.engine.cancel(known);
      return { accepted, order: await tell(known) };
    },
    async replaceOrder(originalId, terms, isRejected) {
      await Promise.all([memory.load(originalId), memory.load(terms.clientOrderId)]);
      if (!memory.find(terms.clientOrderId))
        await learnSymbol(core, options.findQuote, terms.symbol);
      const outcome = replaceInBook(core, memory, originalId, terms, isRejected);
      if (!outcome) return null;
      const [original, replacement] = await Promise.all([
        tell(outcome.original),
        outcome.replacement && tell(outcome.replacement),
      ]);
      return { accepted: replacement !== null, original, replacement };
    },
    async getOrder(clientOrderId) {
      await memory.load(clientOrderId);
      const known = memory.find(clientOrderId);
      return known ? tell(known) : null;
    },
    async listStops(clientOrderIds) {
      core.requireServing();
      const open = clientOrderIds
        .flatMap((id) => core.engine.find(id) ?? [])
        .filter(({ status }) => isOpen(status));
      const views = await Promise.all(open.map(tell));
      return views.map((view) => ({
        clientOrderId: view.terms.clientOrderId,
        stopPrice: currentStop(view),
        waterMark: view.waterMark,
      }));
    },
    settle: (instructions) => settle(core, store, instructions),
    onQuote: core.onQuote,
    isServing: core.isServing,
    isReady: () => core.isServing() && core.engine.quotes().length > 0 && memory.isHealthy(),
    venueId: () => core.identity().venueId,
    reports: core.reports,
  };
}

/**
 * One step without a wait: a fill comes before it, or finds the original closed. `null` for an
 * unknown original.
 */
function replaceInBook(
  core: VenueCore,
  memory: OrderMemory,
  originalId: string,
  terms: OrderTerms,
  isRejected: boolean,
) {
  const original = memory.find(originalId);
  const known = memory.find(terms.clientOrderId);
  if (known && (known.replaces !== originalId || !sameTerms(known.terms, terms))) {
    throw new OrderTermsDiffer(
      `${terms.clientOrderId} names another order, or the replacement of another`,
    );
  }
  if (!original) return null;
  if (known || !isLive(original) || isRejected) return { original, replacement: known };
  requireMarket(core, terms.symbol);
  const replacement = core.engine.replace(original, terms);
  core.armTimer();
  return { original, replacement };
}

async function settle(
  core: VenueCore,
  store: VenueOptions['store'],
  instructions: readonly Instruction[],
): Promise<Judgement[]> {
  core.requireServing();
  if (instructions.length === 0) return [];
  try {
    return await store.settle(core.identity().epoch, instructions);
  } catch (error) {
    // Fenced: the next write of the journal ends this process. Whoever took over settles when asked
    // again.
    const reason = error instanceof VenueFenced ? error.message : 'the database cannot settle now';
    throw new VenueUnavailable(reason, { cause: error });
  }
}

/** Makes sure that a symbol no quote has come for is truly unknown. */
async function learnSymbol(
  core: VenueCore,
  findQuote: VenueOptions['findQuote'],
  symbol: string,
): Promise<void> {
  if (core.engine.quoteOf(symbol)) return;
  const quote = await findQuote(symbol).catch((error: unknown) => {
    throw new VenueUnavailable(`no quote of ${symbol} can be had now`, { cause: error });
  });
  if (quote) core.onQuote(quote);
}

function requireMarket(core: VenueCore, symbol: string): void {
  if (core.journal.pendingReports() > PENDING_REPORTS_MAX)
    throw new VenueUnavailable('too many changes wait for the database');
  const quote = core.engine.quoteOf(symbol);
  if (quote && !core.isCurrent(quote))
    throw new VenueUnavailable(`the last quote of ${symbol} is too old to trade on`);
  if (!quote && core.engine.quotes().length === 0)
    throw new VenueUnavailable('no quote has come yet');
}
