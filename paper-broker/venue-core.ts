import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type ClosedOrders, createClosedOrders } from './closed-orders.ts';
import { createEngine, type Engine } from './engine.ts';
import { viewOrder } from './engine-state.ts';
import { VenueUnavailable } from './errors.ts';
import { type Batch, createJournal, type Journal } from './journal.ts';
import type { VenueMetrics } from './metrics.ts';
import { isOpen } from './order.ts';
import { createRecovery } from './recovery.ts';
import { createReportLog, type ReportLog } from './report-log.ts';
import type { VenueStore } from './store.ts';
import type { VenueQuote } from './symbol-book.ts';
import { createWakeUp } from './wake-up.ts';

export interface VenueCoreOptions {
  store: VenueStore;
  logger: Logger;
  metrics: VenueMetrics;
  /** Called when another process has taken the database over: this one must end. */
  onFenced: () => void;
  quoteMaxAgeMs: number;
  now: () => number;
}

/**
 * The engine tied to its journal: what changes in memory is written, and what could not be written
 * is undone in memory. While that lasts the market is not watched: stops, marks and auctions go on
 * from the quote that is there afterwards.
 */
export interface VenueCore {
  readonly engine: Engine;
  readonly journal: Journal;
  readonly reports: ReportLog;
  readonly closed: ClosedOrders;
  start(): Promise<void>;
  stop(): Promise<void>;
  isServing(): boolean;
  /** Throws VenueUnavailable unless the book may be read and changed now. */
  requireServing(): void;
  isCurrent(quote: VenueQuote): boolean;
  onQuote(quote: VenueQuote): void;
  /** To be called after an order with an end or an auction came in. */
  armTimer(): void;
  /** The venue's id, and the right to write that holds now. */
  identity(): { venueId: string; epoch: number };
}

const CLOSED_ORDERS_KEPT_MAX = 10_000;
const JOURNAL_WRITE_TIMEOUT_MS = 5_000;
/** How much of the movement of water marks a crash can lose: none of it was told to anyone. */
const JOURNAL_LAZY_WRITE_MS = 200;
const STOP_TIMEOUT_MS = 3_000;

export function createVenueCore({
  store,
  logger,
  metrics,
  onFenced,
  quoteMaxAgeMs,
  now,
}: VenueCoreOptions): VenueCore {
  const closed = createClosedOrders(CLOSED_ORDERS_KEPT_MAX);
  const reports = createReportLog({ readHistory: store.reportsAfter });
  const engine = createEngine({
    record: (order, report) => journal.record(order, report),
    recordMark: (order) => journal.recordChange(order, 'SOON'),
    recordUsage: (usage) => journal.recordUsage(usage),
    now,
    quoteMaxAgeMs,
  });
  const journal = createJournal({
    write: (batch) => store.write(recovery.identity().epoch, batch),
    onCommitted: (batch) => {
      retireClosed(engine, closed, batch);
      countReports(metrics, engine, batch);
      reports.append(batch.reports);
    },
    onFailed: (error) => recovery.onWriteFailed(error),
    metrics,
    writeTimeoutMs: JOURNAL_WRITE_TIMEOUT_MS,
    lazyWriteMs: JOURNAL_LAZY_WRITE_MS,
  });
  const isServing = (): boolean => recovery.status() === 'SERVING';
  const isCurrent = (quote: VenueQuote): boolean => now() - quote.timeMs <= quoteMaxAgeMs;
  // While the book is being read back nothing may change; the recovery arms the timer again.
  const wakeUp = createWakeUp({ now, onDue: () => isServing() && runDue() });
  const armTimer = (): void => wakeUp.at(engine.nextDueMs());
  const runDue = (): void => {
    engine.runDue();
    armTimer();
  };
  const recovery = createRecovery({
    store,
    logger,
    restore: (durable) => {
      engine.restore(durable);
      reports.skipTo(durable.lastSequence);
      metrics.recoveries.inc();
      metrics.openOrders.set(engine.openOrderCount());
      metrics.lastSequence.set(durable.lastSequence);
      runDue();
      for (const quote of engine.quotes()) if (isCurrent(quote)) engine.matchSymbol(quote.symbol);
    },
    onFenced,
  });

  return {
    engine,
    journal,
    reports,
    closed,
    start: recovery.start,
    async stop() {
      recovery.stop();
      wakeUp.cancel();
      await drain(journal, logger);
    },
    isServing,
    requireServing() {
      if (!isServing()) throw new VenueUnavailable(`the venue is ${recovery.status()}`);
    },
    identity: recovery.identity,
    isCurrent,
    onQuote(quote) {
      metrics.quotes.inc();
      if (isServing()) engine.closeBefore(quote);
      if (engine.keepQuote(quote) && isServing() && isCurrent(quote))
        engine.matchSymbol(quote.symbol);
    },
    armTimer,
  };
}

async function drain(journal: Journal, logger: Logger): Promise<void> {
  const drained = journal
    .drained()
    .catch((error: unknown) => logger.error({ err: error }, 'changes were given up at the end'));
  await Promise.race([drained, sleep(STOP_TIMEOUT_MS, undefined, { ref: false })]);
}

function countReports(metrics: VenueMetrics, engine: Engine, batch: Batch): void {
  metrics.openOrders.set(engine.openOrderCount());
  for (const report of batch.reports) {
    metrics.reports.inc({ exec_type: report.execType });
    metrics.lastSequence.set(report.sequence);
  }
}

/**
 * Orders that closed in this batch, and have not changed since, leave the engine's memory: they are
 * durable and final.
 */
function retireClosed(engine: Engine, closed: ClosedOrders, batch: Batch): void {
  for (const orders of [batch.added, batch.changed]) {
    for (const order of orders) {
      if (isOpen(order.status) || order.batch !== batch.number) continue;
      engine.forget(order);
      closed.put(viewOrder(order));
    }
  }
}
