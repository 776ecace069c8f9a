import { setTimeout as sleep } from 'node:timers/promises';
import type { Faults } from './faults.ts';
import type { Report } from './order.ts';
import { PAGE_SIZE, type ReportSource, readPage, requirePosition } from './report-stream.ts';

export interface DisturbedStreamOptions {
  venue: ReportSource;
  faults: Faults;
  /** The symbol of an order, for faults that are meant for one. */
  symbolOf: (clientOrderId: string) => Promise<string | null>;
}

const REPEATS = 3;
/** What there is when a stream is opened is turned round as a whole, up to so many reports. */
const REVERSED_HISTORY_MAX = 5_000;
/** New reports are turned round so many at a time, of those that come within the wait. */
const REVERSED_NEW_MAX = 5;
const REVERSED_GATHER_MS = 50;

/**
 * `streamReports` of a venue that can be made to misbehave: without a fault for reports it tells
 * the same.
 */
export async function* streamDisturbedReports(
  { venue, faults, symbolOf }: DisturbedStreamOptions,
  afterSequence: number,
  signal: AbortSignal,
): AsyncGenerator<readonly Report[]> {
  requirePosition(venue, afterSequence);
  const historyEnd = venue.reports.lastSequence();
  let after = afterSequence;
  while (!signal.aborted) {
    if (venue.reports.lastSequence() <= after) {
      await venue.reports.waitBeyond(after, signal);
      continue;
    }
    const mode = faults.reportFault()?.mode ?? null;
    const block =
      mode === 'REVERSE_REPORTS'
        ? await readBlock(venue, after, historyEnd)
        : await readPage(venue, after, PAGE_SIZE);
    const newest = block.at(-1);
    if (!newest) continue;
    after = newest.sequence;
    if (mode === 'REVERSE_REPORTS' && faults.takeReport(mode, newest.sequence, null)) {
      const reversed = block.toReversed();
      for (let sent = 0; sent < reversed.length; sent += PAGE_SIZE)
        yield reversed.slice(sent, sent + PAGE_SIZE);
      continue;
    }
    const told = mode === null ? block : await disturb(block, faults, symbolOf);
    if (told.length > 0) yield told;
  }
}

/** What was there at the opening as a whole; later a few new ones. */
async function readBlock(
  venue: ReportSource,
  after: number,
  historyEnd: number,
): Promise<Report[]> {
  const isNew = after >= historyEnd;
  if (isNew) await sleep(REVERSED_GATHER_MS, undefined, { ref: false });
  const wanted = isNew ? REVERSED_NEW_MAX : Math.min(historyEnd - after, REVERSED_HISTORY_MAX);
  const block: Report[] = [];
  while (block.length < wanted) {
    const page = await readPage(venue, block.at(-1)?.sequence ?? after, wanted - block.length);
    if (page.length === 0) break;
    block.push(...page);
  }
  return block;
}

/** Leaves out or repeats what the fault hits, as long as it lasts. */
async function disturb(
  block: readonly Report[],
  faults: Faults,
  symbolOf: DisturbedStreamOptions['symbolOf'],
): Promise<Report[]> {
  const told: Report[] = [];
  for (const report of block) {
    const fault = faults.reportFault();
    const mode = fault?.mode === 'REVERSE_REPORTS' ? undefined : fault?.mode;
    const symbol = fault && fault.symbol !== '' ? await symbolOf(report.clientOrderId) : null;
    if (!mode || !faults.takeReport(mode, report.sequence, symbol)) told.push(report);
    else if (mode === 'REPEAT_REPORTS') told.push(...Array.from({ length: REPEATS }, () => report));
  }
  return told;
}
