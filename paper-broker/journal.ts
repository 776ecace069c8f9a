import { withDeadline } from './deadline.ts';
import { VenueUnavailable } from './errors.ts';
import type { VenueMetrics } from './metrics.ts';
import type { LiveOrder, QuoteUsage, Report } from './order.ts';

/** What one transaction writes: orders that are new, orders that changed, their reports, and what was taken of the quotes. */
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
  recordUsage(usage: QuoteUsage): void;
  /** Resolves when the batch is durable; rejects with VenueUnavailable when it was not written. */
  committed(batch: number): Promise<void>;
  /** Changes that wait for their transaction, the one in flight included. */
  pendingReports(): number;
  /** Resolves when nothing waits any more. */
  drained(): Promise<void>;
}

export interface JournalOptions {
  /** Writes a batch in one transaction. Rejects with VenueFenced when another process has taken over. */
  write: (batch: Batch) => Promise<void>;
  /** Runs when a batch is durable, before anyone who waits for it goes on. */
  onCommitted: (batch: Batch) => void;
  /** Runs once when a write failed; everything that waited has been failed. Must bring memory back to what is durable. */
  onFailed: (error: unknown) => void;
  metrics: VenueMetrics;
  writeTimeoutMs: number;
}

interface OpenBatch extends Batch {
  readonly done: PromiseWithResolvers<void>;
}

/**
 * Group commit: what happens while one transaction is in flight is written together by the next.
 * One writer, at most one transaction at a time, in order; so a batch is durable when all before it are.
 */
export function createJournal({ write, onCommitted, onFailed, metrics, writeTimeoutMs }: JournalOptions): Journal {
  let open = createBatch(1);
  let inFlight: OpenBatch | null = null;
  let durable = 0;
  let scheduled = false;

  const isEmpty = (batch: Batch): boolean => batch.reports.length === 0;

  const schedule = (): void => {
    if (scheduled || inFlight || isEmpty(open)) return;
    scheduled = true;
    // After the calls that arrived in the same turn of the event loop have made their changes too.
    setImmediate(flush);
  };

  const fail = (batches: OpenBatch[], error: unknown): void => {
    metrics.flushFailures.inc();
    open = createBatch(open.number + 1);
    inFlight = null;
    for (const batch of batches) batch.done.reject(new VenueUnavailable('the change could not be made durable', { cause: error }));
    onFailed(error);
  };

  const flush = async (): Promise<void> => {
    scheduled = false;
    const batch = open;
    inFlight = batch;
    open = createBatch(batch.number + 1);
    const endTimer = metrics.flushSeconds.startTimer();
    try {
      await withDeadline(write(batch), writeTimeoutMs, 'writing to the journal');
      durable = batch.number;
      onCommitted(batch);
    } catch (error) {
      fail(isEmpty(open) ? [batch] : [batch, open], error);
      return;
    }
    endTimer();
    metrics.flushReports.observe(batch.reports.length);
    inFlight = null;
    batch.done.resolve();
    schedule();
  };

  return {
    record(order, report) {
      if (report.sequence === order.firstSequence) open.added.add(order);
      else if (!open.added.has(order)) open.changed.add(order);
      open.reports.push(report);
      schedule();
      return open.number;
    },
    recordUsage(usage) {
      open.usages.set(usage.symbol, usage);
    },
    committed(number) {
      if (number <= durable) return Promise.resolve();
      const batch = [inFlight, open].find((candidate) => candidate?.number === number);
      return batch ? batch.done.promise : Promise.reject(new VenueUnavailable('the change could not be made durable'));
    },
    pendingReports: () => open.reports.length + (inFlight?.reports.length ?? 0),
    async drained() {
      while (inFlight || !isEmpty(open)) await (inFlight ?? open).done.promise;
    },
  };
}

function createBatch(number: number): OpenBatch {
  const done = Promise.withResolvers<void>();
  // A batch of quotes alone has nobody waiting; its failure is told by onFailed.
  done.promise.catch(() => {});
  return { number, added: new Set(), changed: new Set(), reports: [], usages: new Map(), done };
}
