import { Code, ConnectError } from '@connectrpc/connect';
import { VenueUnavailable } from './errors.ts';
import type { Report } from './order.ts';
import type { Venue } from './venue.ts';

/** Reports in one message at most. */
export const PAGE_SIZE = 500;

export type ReportSource = Pick<Venue, 'isServing' | 'reports'>;

/**
 * Every durable report after `afterSequence`, oldest first and in batches, then each new one, until
 * `signal` aborts. Pulls at its reader's pace, so a slow reader costs no memory. OUT_OF_RANGE when
 * `afterSequence` was never given out: the reader then knows another venue than this one.
 */
export async function* streamReports(
  venue: ReportSource,
  afterSequence: number,
  signal: AbortSignal,
): AsyncGenerator<readonly Report[]> {
  requirePosition(venue, afterSequence);
  let after = afterSequence;
  while (!signal.aborted) {
    const page = await readPage(venue, after, PAGE_SIZE);
    const newest = page.at(-1);
    if (newest) {
      yield page;
      after = newest.sequence;
    } else {
      await venue.reports.waitBeyond(after, signal);
    }
  }
}

/** Throws unless reading can begin there. */
export function requirePosition(venue: ReportSource, afterSequence: number): void {
  if (!venue.isServing()) throw new VenueUnavailable('the book is not read yet');
  const last = venue.reports.lastSequence();
  if (afterSequence > last)
    throw new ConnectError(`the last report is ${last}, before ${afterSequence}`, Code.OutOfRange);
}

export async function readPage(
  venue: ReportSource,
  afterSequence: number,
  limit: number,
): Promise<readonly Report[]> {
  return venue.reports.readAfter(afterSequence, limit).catch((error: unknown) => {
    throw new VenueUnavailable('the reports cannot be read from the database', { cause: error });
  });
}
