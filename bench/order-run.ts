import type { BenchContext } from './bench-context.ts';
import { workersOf } from './bench-stack.ts';
import type { SubmitParams } from './load-process.ts';
import { waitForBookings } from './order-bookings.ts';
import { OPENING_ORDERS } from './order-mix.ts';
import type { Pace } from './paced-load.ts';
import { createStatementCounter, type Statements, statementsBetween } from './statement-count.ts';
import { type LatencySummary, summarize } from './statistics.ts';
import { type ByGroup, perUnit } from './usage-meter.ts';
import { waitForClosings } from './workflow-completions.ts';

export interface StatementFigures {
  readonly source: Statements['source'];
  readonly hubPerOrder: number;
  readonly venuePerOrder: number;
  /** The hub's most frequent statements, for one order. */
  readonly hubByText: readonly (readonly [string, number])[];
}

export interface OrderFigures {
  readonly pace: Pace;
  readonly workerProcesses: number;
  readonly count: number;
  readonly submitMs: LatencySummary | null;
  /** Each of them, in the order of the answers. */
  readonly submitLatenciesMs: readonly number[];
  /** Submission to booking, by the rows of orders and executions. */
  readonly executionMs: LatencySummary | null;
  /** From the first submit to the last booking. */
  readonly ordersPerSecond: number;
  readonly elapsedMs: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly failures: Readonly<Record<string, number>>;
  /** Orders whose workflow did not complete. */
  readonly workflowsNotCompleted: number;
  readonly cpuMsPerOrder: ByGroup;
  readonly othersShare: number;
  readonly statements: StatementFigures;
}

export interface OrderRunner {
  /**
   * Market orders over HTTP from all accounts, until the last one is booked and its workflow has
   * ended.
   */
  run(pace: Pace): Promise<OrderFigures>;
}

const JOB_TIMEOUT_MS = 120_000;
const SETTLE_TIMEOUT_MS = 90_000;
const TOP_STATEMENTS = 12;

/** Buys each account its opening positions, so that it can sell. */
export async function createOrderRunner(context: BenchContext): Promise<OrderRunner> {
  let from = 0;
  const submit = async (orders: SubmitParams['orders'], pace: Pace) => {
    const params = {
      baseUrl: context.stack.urls.api,
      tokens: await context.signTokens(),
      orders,
      from,
      pace,
    };
    return context.load.run('submit', params, JOB_TIMEOUT_MS);
  };
  const opened = await submit('opening', {
    kind: 'closed',
    concurrency: 10,
    count: OPENING_ORDERS,
  });
  if (opened.latenciesMs.length < OPENING_ORDERS)
    throw new Error(`the openings were rejected: ${JSON.stringify(opened.failures)}`);
  await waitForBookings(context.sql, opened.startedAtMs, OPENING_ORDERS, SETTLE_TIMEOUT_MS);
  const counter = await createStatementCounter(context.sql);

  const run = async (pace: Pace): Promise<OrderFigures> => {
    const before = await counter.read();
    const readUse = context.meter.start();
    const sent = await submit('mixed', pace);
    from += pace.count;
    const count = sent.latenciesMs.length;
    const bookings = await waitForBookings(context.sql, sent.startedAtMs, count, SETTLE_TIMEOUT_MS);
    const query = `WorkflowType = 'order' AND StartTime >= '${new Date(sent.startedAtMs).toISOString()}'`;
    const closings = await waitForClosings(context.client, query, count, SETTLE_TIMEOUT_MS);
    const use = readUse();
    const elapsedMs = bookings.lastBookedAtMs - sent.startedAtMs;
    return {
      pace,
      workerProcesses: workersOf(context.stack).filter(({ pid }) => pid !== undefined).length,
      count,
      submitMs: summarize(sent.latenciesMs),
      submitLatenciesMs: sent.latenciesMs,
      executionMs: summarize(bookings.executionMs),
      ordersPerSecond: (bookings.executionMs.length * 1000) / elapsedMs,
      elapsedMs,
      statuses: bookings.statuses,
      failures: sent.failures,
      workflowsNotCompleted: closings.notCompleted,
      cpuMsPerOrder: perUnit(use.cpuMs, count),
      othersShare: use.othersShare,
      statements: statementFigures(before, await counter.read(), count),
    };
  };
  return { run };
}

function statementFigures(before: Statements, after: Statements, orders: number): StatementFigures {
  const hub = statementsBetween(before, after, 'hub');
  const venue = statementsBetween(before, after, 'paper_broker');
  return {
    source: after.source,
    hubPerOrder: hub.total / orders,
    venuePerOrder: venue.total / orders,
    hubByText: hub.byText
      .slice(0, TOP_STATEMENTS)
      .map(([text, calls]) => [text, calls / orders] as const),
  };
}
