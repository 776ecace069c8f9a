import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type ClosedOrders, createClosedOrders } from './closed-orders.ts';
import { createEngine, type Engine } from './engine.ts';
import { viewOrder } from './engine-state.ts';
import { VenueFenced, VenueUnavailable } from './errors.ts';
import { type Batch, createJournal, type Journal } from './journal.ts';
import type { VenueMetrics } from './metrics.ts';
import { isOpen } from './order.ts';
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

/** The engine tied to its journal: what changes in memory is written, and what could not be written is undone in memory. */
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
  venueId(): string;
  isCurrent(quote: VenueQuote): boolean;
  onQuote(quote: VenueQuote): void;
  /** To be called after an order with an end came in. */
  armExpiry(): void;
}

const CLOSED_ORDERS_KEPT_MAX = 10_000;
const JOURNAL_WRITE_TIMEOUT_MS = 5_000;
const STOP_TIMEOUT_MS = 3_000;
const RECOVERY_WAIT_MIN_MS = 50;
const RECOVERY_WAIT_MAX_MS = 1_000;

type VenueStatus = 'STARTING' | 'SERVING' | 'RECOVERING' | 'FENCED' | 'STOPPED';

export function createVenueCore({ store, logger, metrics, onFenced, quoteMaxAgeMs, now }: VenueCoreOptions): VenueCore {
  const closed = createClosedOrders(CLOSED_ORDERS_KEPT_MAX);
  const reports = createReportLog({ readHistory: store.reportsAfter });
  let status: VenueStatus = 'STARTING';
  let identity = { venueId: '', epoch: 0 };

  const engine = createEngine({
    record: (order, report) => journal.record(order, report),
    recordUsage: (usage) => journal.recordUsage(usage),
    now,
  });
  const journal = createJournal({
    write: (batch) => store.write(identity.epoch, batch),
    onCommitted: (batch) => {
      retireClosed(engine, closed, batch);
      for (const report of batch.reports) metrics.reports.inc({ exec_type: report.execType });
      metrics.openOrders.set(engine.openOrderCount());
      reports.append(batch.reports);
    },
    onFailed: (error) => onWriteFailed(error),
    metrics,
    writeTimeoutMs: JOURNAL_WRITE_TIMEOUT_MS,
  });
  const wakeUp = createWakeUp({ now, onDue: () => onExpiryDue() });
  const armExpiry = (): void => wakeUp.at(engine.nextExpiryMs());
  const isCurrent = (quote: VenueQuote): boolean => now() - quote.timeMs <= quoteMaxAgeMs;
  const isServing = (): boolean => status === 'SERVING';

  const onExpiryDue = (): void => {
    // While the book is being read back nothing may change; the recovery arms the timer again.
    if (!isServing()) return;
    engine.expireDue();
    armExpiry();
  };

  const recover = async (): Promise<void> => {
    for (let attempt = 0; status !== 'STOPPED'; attempt += 1) {
      try {
        const durable = await store.takeOver();
        identity = durable;
        engine.restore(durable);
        reports.skipTo(durable.lastSequence);
        break;
      } catch (error) {
        const level = attempt === 0 ? 'error' : 'debug';
        logger[level]({ err: error, attempt }, 'the book cannot be read from the database; trying again');
        await sleep(Math.min(RECOVERY_WAIT_MIN_MS * 2 ** attempt, RECOVERY_WAIT_MAX_MS));
      }
    }
    if (status === 'STOPPED') return;
    status = 'SERVING';
    metrics.recoveries.inc();
    metrics.openOrders.set(engine.openOrderCount());
    logger.info({ lastSequence: reports.lastSequence(), openOrders: engine.openOrderCount() }, 'the book is read');
    engine.expireDue();
    for (const quote of engine.quotes()) if (isCurrent(quote)) engine.matchSymbol(quote.symbol);
    armExpiry();
  };

  const onWriteFailed = (error: unknown): void => {
    if (error instanceof VenueFenced) {
      status = 'FENCED';
      logger.fatal({ err: error }, 'another process has taken this venue over');
      onFenced();
      return;
    }
    logger.error({ err: error }, 'the journal could not be written; reading the book back');
    if (status === 'STOPPED') return;
    status = 'RECOVERING';
    void recover();
  };

  return {
    engine,
    journal,
    reports,
    closed,
    start: recover,
    async stop() {
      status = 'STOPPED';
      wakeUp.cancel();
      const drained = journal.drained().catch((error: unknown) => logger.error({ err: error }, 'changes were given up at the end'));
      await Promise.race([drained, sleep(STOP_TIMEOUT_MS, undefined, { ref: false })]);
    },
    isServing,
    requireServing() {
      if (!isServing()) throw new VenueUnavailable(`the venue is ${status}`);
    },
    venueId: () => identity.venueId,
    isCurrent,
    onQuote(quote) {
      metrics.quotes.inc();
      if (engine.keepQuote(quote) && isServing() && isCurrent(quote)) engine.matchSymbol(quote.symbol);
    },
    armExpiry,
  };
}

/** Orders that closed in this batch, and have not changed since, leave the engine's memory: they are durable and final. */
function retireClosed(engine: Engine, closed: ClosedOrders, batch: Batch): void {
  for (const orders of [batch.added, batch.changed]) {
    for (const order of orders) {
      if (isOpen(order.status) || order.batch !== batch.number) continue;
      engine.forget(order);
      closed.put(viewOrder(order));
    }
  }
}
