import { withDeadline } from './deadline.ts';
import { VenueUnavailable } from './errors.ts';
import type { VenueMetrics } from './metrics.ts';
import type { LiveOrder, QuoteUsage, Report } from './order.ts';

/**
 * What one transaction writes: orders that are new, orders that changed, their reports, and what
 * was taken of the quotes.
 */
export interface Batch {
  readonly number: number;
  readonly added: Set<LiveOrder>;
  readonly changed: Set<LiveOrder>;
  readonly reports: Report[];
  readonly usages: Map<string, QuoteUsage>;
}

export interface Journal {
  /** Puts a change into the open batch, and says which batch that is. */
  record(order: LiveOrder, report: Report): number;
  /**
   * The same for a change that no report tells of. SOON does not write for itself: it goes with
   * whatever is written next, when someone waits for it, or after `lazyWriteMs`. So a crash loses
   * at most that much of such changes, and none that anybody was told.
   */
  recordChange(order: LiveOrder, urgency: 'NOW' | 'SOON'): number;
  recordUsage(usage: QuoteUsage): void;
  /** Resolves when the batch is durable; rejects with VenueUnavailable when it was not written. */
  committed(batch: number): Promise<void>;
  /** Changes that wait for their transaction, the one in flight included. */
  pendingReports(): number;
  /** Resolves when nothing waits any more. */
  drained(): Promise<void>;
}

export interface JournalOptions {
  /**
   * Writes a batch in one transaction. Rejects with VenueFenced when another process has taken
   * over.
   */
  write: (batch: Batch) => Promise<void>;
  /** Runs when a batch is durable, before anyone who waits for it goes on. */
  onCommitted: (batch: Batch) => void;
  /**
   * Runs once when a write failed; everything that waited has been failed. Must bring memory back
   * to what is durable.
   */
  onFailed: (error: unknown) => void;
  metrics: VenueMetrics;
  writeTimeoutMs: number;
  /** How long a change that is to be written SOON waits for company. */
  lazyWriteMs: number;
}

interface OpenBatch extends Batch {
  readonly done: PromiseWithResolvers<void>;
  /** It is to be written as soon as the one in flight is. */
  isUrgent: boolean;
  lazyTimer?: NodeJS.Timeout;
}

interface Batches {
  open: OpenBatch;
  inFlight: OpenBatch | null;
  /** The number of the last batch that is durable. */
  durable: number;
}

const NOT_DURABLE = 'the change could not be made durable';

/**
 * Group commit: what happens while one transaction is in flight is written together by the next.
 * One writer, at most one transaction at a time, in order; so a batch is durable when all before it
 * are.
 */
export function createJournal({
  write,
  onCommitted,
  onFailed,
  metrics,
  writeTimeoutMs,
  lazyWriteMs,
}: JournalOptions): Journal {
  const batches: Batches = { open: createBatch(1), inFlight: null, durable: 0 };
  let scheduled = false;

  const schedule = (): void => {
    batches.open.isUrgent = true;
    if (scheduled || batches.inFlight || isEmpty(batches.open)) return;
    scheduled = true;
    // After the calls that arrived in the same turn of the event loop have made their changes too.
    setImmediate(flush);
  };

  const flush = async (): Promise<void> => {
    scheduled = false;
    const batch = closeOpen(batches);
    batches.inFlight = batch;
    const endTimer = metrics.flushSeconds.startTimer();
    try {
      await withDeadline(write(batch), writeTimeoutMs, 'writing to the journal');
      batches.durable = batch.number;
      onCommitted(batch);
    } catch (error) {
      metrics.flushFailures.inc();
      giveUpAll(batches, batch, error);
      onFailed(error);
      return;
    }
    endTimer();
    metrics.flushReports.observe(batch.reports.length);
    batches.inFlight = null;
    batch.done.resolve();
    if (batches.open.isUrgent) schedule();
  };

  const recordChange: Journal['recordChange'] = (order, urgency) => {
    const { open } = batches;
    if (!open.added.has(order)) open.changed.add(order);
    if (urgency === 'NOW') schedule();
    else open.lazyTimer ??= setTimeout(schedule, lazyWriteMs);
    return open.number;
  };

  return {
    record(order, report) {
      if (report.sequence === order.firstSequence) batches.open.added.add(order);
      batches.open.reports.push(report);
      return recordChange(order, 'NOW');
    },
    recordChange,
    recordUsage: (usage) => batches.open.usages.set(usage.symbol, usage),
    committed(number) {
      if (number === batches.open.number) schedule();
      return waitFor(batches, number);
    },
    pendingReports: () => batches.open.reports.length + (batches.inFlight?.reports.length ?? 0),
    async drained() {
      while (batches.inFlight || !isEmpty(batches.open)) {
        schedule();
        await (batches.inFlight ?? batches.open).done.promise;
      }
    },
  };
}

/** Ends the open batch: what happens from now on goes into the next. */
function closeOpen(batches: Batches): OpenBatch {
  const closed = batches.open;
  clearTimeout(closed.lazyTimer);
  batches.open = createBatch(closed.number + 1);
  return closed;
}

/** Fails who waits for what was being written, and for what was to follow. */
function giveUpAll(batches: Batches, written: OpenBatch, error: unknown): void {
  batches.inFlight = null;
  for (const batch of [written, closeOpen(batches)])
    batch.done.reject(new VenueUnavailable(NOT_DURABLE, { cause: error }));
}

function waitFor({ open, inFlight, durable }: Batches, number: number): Promise<void> {
  if (number <= durable) return Promise.resolve();
  const batch = number === open.number ? open : inFlight;
  return batch?.number === number
    ? batch.done.promise
    : Promise.reject(new VenueUnavailable(NOT_DURABLE));
}

const isEmpty = (batch: Batch): boolean => batch.added.size === 0 && batch.changed.size === 0;

function createBatch(number: number): OpenBatch {
  const done = Promise.withResolvers<void>();
  // A batch may have nobody waiting; its failure is told by onFailed.
  done.promise.catch(() => {});
  return {
    number,
    added: new Set(),
    changed: new Set(),
    reports: [],
    usages: new Map(),
    done,
    isUrgent: false,
  };
}
