import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { waitUntil } from '../dev/wait-until.ts';
import { CLOSED_STATUSES } from '../domain/orders/order.ts';
import { checkInvariants } from '../test/support/trading-invariants.ts';
import type { BenchContext } from './bench-context.ts';
import type { OrderRunner } from './order-run.ts';
import type { LoadResult } from './paced-load.ts';
import { CROWD, type Plan } from './plan.ts';
import { readCpuMs } from './process-use.ts';
import { type LatencySummary, mean, summarize } from './statistics.ts';
import { type ByGroup, perUnit } from './usage-meter.ts';
import { readWorkerCounts, type WorkerCounts } from './worker-metrics.ts';

/** Submissions at a steady rate, in several rounds. */
export interface SubmitRounds {
  readonly all: LatencySummary;
  readonly rounds: readonly LatencySummary[];
  readonly cpuMsPerOrder: ByGroup;
  readonly othersShare: number;
}

export interface MemoryReading {
  readonly resting: number;
  /** Resident bytes. */
  readonly bytes: ByGroup;
  readonly cachedWorkflows: number;
}

/**
 * A worker that was killed and started again, with submissions at the steady rate from the moment
 * it is ready.
 */
export interface RestartFigures {
  /** Of the worker since it was ready. */
  readonly cpuSeconds: number;
  readonly counts: WorkerCounts;
  readonly submitMs: LatencySummary;
}

export interface BulkFigures {
  /** From the first call until the last order was where it was to be. */
  readonly seconds: number;
  readonly perSecond: number;
  readonly answeredPerSecond: number;
  readonly latencyMs: LatencySummary;
  /** Calls without the answer that was hoped for; they were made again. */
  readonly failed: number;
  readonly cpuMsPerOrder: ByGroup;
}

export interface RestingPart {
  readonly orders: number;
  readonly place: BulkFigures;
  readonly memory: readonly MemoryReading[];
  readonly submit: {
    readonly empty: SubmitRounds;
    readonly resting: SubmitRounds;
    /** While the workflows ask the venue how their orders stand, for the first time. */
    readonly asking: SubmitRounds | null;
    /** When all are canceled: how far the machine itself has changed meanwhile. */
    readonly emptied: SubmitRounds;
  };
  /**
   * What the processes use while nothing comes in, as a share of one core: what the waiting itself
   * costs.
   */
  readonly idleShare: { readonly empty: ByGroup; readonly resting: ByGroup };
  readonly restart: { readonly empty: RestartFigures; readonly resting: RestartFigures };
  readonly cancel: BulkFigures;
}

export interface RestingOptions {
  readonly context: BenchContext;
  readonly runner: OrderRunner;
  readonly plan: Plan;
  readonly say: (line: string) => void;
}

interface Sent {
  readonly startedAtMs: number;
  readonly results: readonly LoadResult[];
  readonly elapsedMs: number;
  readonly cpuMs: ByGroup;
}

const STEADY_PER_SECOND = 20;
const PLACED_AT_ONCE = 20;
/** Sent with tokens of their own, which hold for ten minutes. */
const CHUNK = 2_000;
const CHUNK_TIMEOUT_MS = 9 * 60_000;
/** Where the machine is shared, the workers stand behind the API. */
const SETTLE_TIMEOUT_MS = 600_000;
/** What is due soon is done by then. */
const CALM_MS = 5_000;
/**
 * A V8 with little to do collects its garbage by then; what it holds right after a load says
 * little.
 */
const COLLECTED_MS = 30_000;
const IDLE_MS = 15_000;

/**
 * What orders cost that only wait: submissions, memory and a restart of the workers, first in an
 * empty system and then with thousands of orders resting, in the same run. Throws when an order
 * does not end, or when the books do not add up afterwards.
 */
export async function runResting({
  context,
  runner,
  plan,
  say,
}: RestingOptions): Promise<RestingPart> {
  const { steps } = plan.resting;
  const orders = Math.max(...steps);
  const memory: MemoryReading[] = [];
  const note = async (resting: number) => memory.push(await readMemory(context, resting));
  await runner.run({ kind: 'closed', concurrency: 10, count: plan.warmUp });

  say('an empty system');
  const restartEmpty = await measureRestart({ context, runner, plan, say });
  const empty = await measureSubmits({ context, runner, plan, say });
  const idleEmpty = await measureIdle(context);
  await note(0);

  const sent: Sent[] = [];
  for (const step of steps) {
    sent.push(await placeUpTo(context, step));
    await note(step);
    say(
      `${step} orders rest, placed at ${bulk(sent).perSecond.toFixed(0)} a second; ${describeMemory(memory.at(-1))}`,
    );
  }
  const resting = await measureSubmits({ context, runner, plan, say });
  const idleResting = await measureIdle(context);
  const restartResting = await measureRestart({ context, runner, plan, say });
  const asking = await measureWhileAsking(
    { context, runner, plan, say },
    sent[0]?.startedAtMs ?? Date.now(),
  );

  const canceled = await cancelAll(context);
  say(`all canceled at ${bulk([canceled]).perSecond.toFixed(0)} a second`);
  await verify(context, orders);
  await note(0);
  const emptied = await measureSubmits({ context, runner, plan, say });
  return {
    orders,
    place: bulk(sent),
    memory,
    submit: { empty, resting, asking, emptied },
    idleShare: { empty: idleEmpty, resting: idleResting },
    restart: { empty: restartEmpty, resting: restartResting },
    cancel: bulk([canceled]),
  };
}

async function measureSubmits({ runner, plan, say }: RestingOptions): Promise<SubmitRounds> {
  const { rounds, steadySeconds } = plan.resting;
  const measured: Awaited<ReturnType<OrderRunner['run']>>[] = [];
  for (let round = 0; round < rounds; round++) {
    const figures = await runner.run({
      kind: 'open',
      ratePerSecond: STEADY_PER_SECOND,
      count: STEADY_PER_SECOND * steadySeconds,
    });
    say(
      `submissions at 20 a second: p50 ${figures.submitMs?.p50.toFixed(1)} ms, p99 ${figures.submitMs?.p99.toFixed(1)} ms`,
    );
    measured.push(figures);
  }
  return {
    all: summaryOf(measured.flatMap(({ submitLatenciesMs }) => submitLatenciesMs)),
    rounds: measured.flatMap(({ submitMs }) => submitMs ?? []),
    cpuMsPerOrder: meanOf(measured.map(({ cpuMsPerOrder }) => cpuMsPerOrder)),
    othersShare: Math.max(...measured.map(({ othersShare }) => othersShare)),
  };
}

const meanOf = (uses: readonly ByGroup[]): ByGroup =>
  Object.fromEntries(
    Object.keys(uses[0] ?? {}).map((name) => [name, mean(uses.map((use) => use[name] ?? 0))]),
  );

async function measureWhileAsking(
  options: RestingOptions,
  placedAtMs: number,
): Promise<SubmitRounds | null> {
  const { askedAfterMs } = options.plan.resting;
  if (askedAfterMs === null) return null;
  options.say('waiting until the venue is asked about the orders');
  await sleep(Math.max(placedAtMs + askedAfterMs - Date.now(), 0));
  return measureSubmits(options);
}

async function measureIdle({ meter }: BenchContext): Promise<ByGroup> {
  await sleep(CALM_MS);
  const readUse = meter.start();
  await sleep(IDLE_MS);
  const { cpuMs } = readUse();
  return Object.fromEntries(Object.entries(cpuMs).map(([name, ms]) => [name, ms / IDLE_MS]));
}

async function measureRestart({
  context,
  runner,
  plan,
  say,
}: RestingOptions): Promise<RestartFigures> {
  const { workers } = context.stack.processes;
  if (!workers) throw new Error('the stack has no workers');
  await workers.kill('SIGKILL');
  await workers.start();
  const pid = workers.pid ?? 0;
  const readyAt = performance.now();
  const cpuBefore = readCpuMs(pid);
  const seconds = plan.resting.restartSeconds;
  const { submitMs } = await runner.run({
    kind: 'open',
    ratePerSecond: STEADY_PER_SECOND,
    count: (STEADY_PER_SECOND * seconds) / 2,
  });
  await sleep(Math.max(readyAt + seconds * 1_000 - performance.now(), 0));
  const cpuSeconds = (readCpuMs(pid) - cpuBefore) / 1_000;
  const counts = await readWorkerCounts(context.stack.urls.workersMetrics);
  if (!submitMs) throw new Error('no order was taken after the restart');
  say(
    `the worker after a restart: ${cpuSeconds.toFixed(1)} CPU s in ${seconds} s, ${counts.replays} replays, submit p99 ${submitMs.p99.toFixed(1)} ms`,
  );
  return { cpuSeconds, counts, submitMs };
}

async function readMemory({ meter, stack }: BenchContext, resting: number): Promise<MemoryReading> {
  await sleep(COLLECTED_MS);
  const { cachedWorkflows } = await readWorkerCounts(stack.urls.workersMetrics);
  return { resting, bytes: meter.readMemory(), cachedWorkflows };
}

const describeMemory = (reading: MemoryReading | undefined): string =>
  Object.entries(reading?.bytes ?? {})
    .map(([name, bytes]) => `${name} ${(bytes / 2 ** 20).toFixed(0)}`)
    .join(', ');

/** Until the venue has them: an answer alone is not a resting order yet. */
async function placeUpTo(context: BenchContext, count: number): Promise<Sent> {
  const { load, sql, stack, signTokens } = context;
  return measureBulk(context, async (note) => {
    for (let from = await countOpen(sql); from < count; from = await countOpen(sql)) {
      const pace = {
        kind: 'closed',
        concurrency: PLACED_AT_ONCE,
        count: Math.min(CHUNK, count - from),
      } as const;
      const params = {
        baseUrl: stack.urls.api,
        tokens: await signTokens(),
        orders: 'resting',
        from,
        pace,
      } as const;
      note(await load.run('submit', params, CHUNK_TIMEOUT_MS));
    }
    const areAtVenue = async () =>
      (await sql`select 1 from orders where status = 'PENDING_NEW' limit 1`).length === 0;
    await waitUntil(areAtVenue, {
      timeoutMs: SETTLE_TIMEOUT_MS,
      everyMs: 250,
      message: 'some orders have not reached the venue',
    });
  });
}

/** As their clients would, who ask again when they got no answer; until every order has ended. */
async function cancelAll(context: BenchContext): Promise<Sent> {
  const { accounts, load, sql, stack, signTokens } = context;
  const numbers = new Map(accounts.map(({ accountId }, index) => [accountId, index]));
  return measureBulk(context, async (note) => {
    for (;;) {
      const rows = await sql<{ id: string; account_id: string }[]>`
        select id, account_id from orders where status = 'NEW' order by submitted_at limit ${CHUNK}`;
      if (rows.length === 0) break;
      const orders = rows.map(({ id, account_id }) => [numbers.get(account_id) ?? 0, id] as const);
      const params = {
        baseUrl: stack.urls.api,
        tokens: await signTokens(),
        orders,
        concurrency: CROWD,
      };
      note(await load.run('cancel', params, CHUNK_TIMEOUT_MS));
    }
    const areEnded = async () => (await countOpen(sql)) === 0;
    await waitUntil(areEnded, {
      timeoutMs: SETTLE_TIMEOUT_MS,
      everyMs: 250,
      message: 'some orders have not ended',
    });
  });
}

/** Time and CPU from the first call until `act` is over, and what each call came to. */
async function measureBulk(
  { meter }: BenchContext,
  act: (note: (result: LoadResult) => void) => Promise<void>,
): Promise<Sent> {
  const results: LoadResult[] = [];
  const startedAtMs = Date.now();
  const start = performance.now();
  const readUse = meter.start();
  await act((result) => {
    if (result.latenciesMs.length === 0)
      throw new Error(`all calls are rejected: ${JSON.stringify(result.failures)}`);
    results.push(result);
  });
  return { startedAtMs, results, elapsedMs: performance.now() - start, cpuMs: readUse().cpuMs };
}

async function countOpen(sql: postgres.Sql): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count from orders where not status = any(${[...CLOSED_STATUSES]})`;
  return row?.count ?? 0;
}

/** Every order that rested is canceled, nothing is held for it, and both books agree. */
async function verify({ sql, stack }: BenchContext, orders: number): Promise<void> {
  const venueSql = postgres(stack.env.PAPER_BROKER_DATABASE_URL ?? '', {
    max: 1,
    onnotice: () => {},
  });
  try {
    const [row] = await sql<
      { count: number }[]
    >`select count(*)::int as count from orders where status = 'CANCELED'`;
    if ((row?.count ?? 0) < orders)
      throw new Error(`of ${orders} orders ${row?.count} are canceled`);
    // The plans of the checks are for tables of today's size.
    await sql`analyze`;
    await venueSql`analyze`;
    const [broken] = await checkInvariants(sql, venueSql);
    if (broken) throw new Error(`${broken.rule}: ${broken.detail}`);
  } finally {
    await venueSql.end();
  }
}

function bulk(sent: readonly Sent[]): BulkFigures {
  const results = sent.flatMap((one) => one.results);
  const latencyMs = summaryOf(results.flatMap(({ latenciesMs }) => latenciesMs));
  const seconds = sent.reduce((sum, { elapsedMs }) => sum + elapsedMs, 0) / 1_000;
  const answerSeconds = results.reduce((sum, { elapsedMs }) => sum + elapsedMs, 0) / 1_000;
  const names = Object.keys(sent[0]?.cpuMs ?? {});
  const cpuMs = Object.fromEntries(
    names.map((name) => [name, sent.reduce((sum, one) => sum + (one.cpuMs[name] ?? 0), 0)]),
  );
  const failed = results
    .flatMap(({ failures }) => Object.values(failures))
    .reduce((sum, count) => sum + count, 0);
  const { count } = latencyMs;
  return {
    seconds,
    perSecond: count / seconds,
    answeredPerSecond: count / answerSeconds,
    latencyMs,
    failed,
    cpuMsPerOrder: perUnit(cpuMs, count),
  };
}

function summaryOf(latenciesMs: readonly number[]): LatencySummary {
  const summary = summarize(latenciesMs);
  if (!summary) throw new Error('nothing was measured');
  return summary;
}
