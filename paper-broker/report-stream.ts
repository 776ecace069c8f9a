import { Code, ConnectError } from '@connectrpc/connect';
import { VenueUnavailable } from './errors.ts';
import type { Report } from './order.ts';
import type { Venue } from './venue.ts';

/** Reports in one message at most. */
const PAGE_SIZE = 500;

/**
 * Every durable report after `afterSequence`, oldest first and in batches, then each new one, until `signal` aborts.
 * Pulls at its reader's pace, so a slow reader costs no memory. OUT_OF_RANGE when `afterSequence` was never given out:
 * the reader then knows another venue than this one.
 */
export async function* streamReports(
  venue: Pick<Venue, 'isServing' | 'reports'>,
  afterSequence: number,
  signal: AbortSignal,
): AsyncGenerator<readonly Report[]> {
  const { reports } = venue;
  if (!venue.isServing()) throw new VenueUnavailable('the book is not read yet');
  if (afterSequence > reports.lastSequence()) {
    throw new ConnectError(`the last report is ${reports.lastSequence()}, before ${afterSequence}`, Code.OutOfRange);
  }
  let after = afterSequence;
  while (!signal.aborted) {
    const page = await reports.readAfter(after, PAGE_SIZE).catch((error: unknown) => {
      throw new VenueUnavailable('the reports cannot be read from the database', { cause: error });
    });
    const newest = page.at(-1);
    if (newest) {
      yield page;
      after = newest.sequence;
    } else {
      await reports.waitBeyond(after, signal);
    }
  }
}
