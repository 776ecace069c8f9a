import { type Asked, isAnswered } from '../../contracts/ask-in-time.ts';
import type {
  Backlog,
  BrokerSessionStanding,
  SettlementRuns,
  TaskQueueStanding,
} from '../../contracts/operators/backlog.ts';
import { READING_PROVEN_SECONDS } from '../../contracts/operators/session-trouble.ts';
import type { PartJudgement, PartStatus } from '../../contracts/operators/system-status.ts';
import { QUICK_RETRIES_MS } from '../../domain/retry/schedules.ts';

/** A quote of an open market that is older is worth a look. */
export const QUOTE_AGE_SECONDS_MAX = 60;
/** The quick attempts to place an order are over by then: it waits for its next one. */
export const QUICK_ATTEMPTS_SECONDS = QUICK_RETRIES_MS.reduce((sum, ms) => sum + ms) / 1_000;
/** As the alert TaskQueueBacklog. */
export const BACKLOG_AGE_SECONDS_MAX = 10;

const RUNBOOK = 'docs/RUNBOOK.md';
const see = (what: string, section: string): string => `${what}: ${RUNBOOK}#${section}`;

const up = (detail: string, since: string | null = null): PartJudgement => ({
  status: 'UP',
  since,
  detail,
  action: null,
});

const troubled =
  (status: Exclude<PartStatus, 'UP'>) =>
  (detail: string, action: string, since: string | null = null): PartJudgement => ({
    status,
    since,
    detail,
    action,
  });
const degraded = troubled('DEGRADED');
const down = troubled('DOWN');
const unknown = troubled('UNKNOWN');

const notAnswering = (asked: 'FAILED' | 'SILENT'): string =>
  asked === 'SILENT' ? 'It does not answer in time.' : 'It cannot be reached.';

const count = (many: number, one: string, more = `${one}s`): string =>
  `${many} ${many === 1 ? one : more}`;

/** `45 s`, `12 min`, `3 h`, `2 d`. */
function span(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 120) return `${whole} s`;
  if (whole < 7_200) return `${Math.floor(whole / 60)} min`;
  if (whole < 172_800) return `${Math.floor(whole / 3_600)} h`;
  return `${Math.floor(whole / 86_400)} d`;
}

const secondsSince = (time: string, nowMs: number): number => (nowMs - Date.parse(time)) / 1_000;

export function judgePostgres(asked: Asked<string>): PartJudgement {
  if (isAnswered(asked)) return up('It answers.', asked.answer);
  return down(notAnswering(asked), see('Bring Postgres back', 'postgresaway'));
}

export function judgeTemporal(asked: Asked<unknown>): PartJudgement {
  if (isAnswered(asked)) return up('It serves.');
  return down(notAnswering(asked), see('Bring Temporal back', 'temporalaway'));
}

/** Null: none is configured. */
export function judgeRedis(asked: Asked<unknown> | null): PartJudgement {
  if (asked === null) return up('None is configured: every process does without.');
  if (isAnswered(asked)) return up('It answers.');
  return down(
    `${notAnswering(asked)} All but direct calls to market data works, slower.`,
    see('Start Redis', 'redisaway'),
  );
}

export function judgeMarketData(
  asked: Asked<{ symbol: string; time: string } | null>,
  { nowMs, isMarketOpen }: { nowMs: number; isMarketOpen: boolean },
): PartJudgement {
  if (!isAnswered(asked))
    return down(notAnswering(asked), see('Start market-data', 'marketdataaway'));
  const quote = asked.answer;
  if (quote === null)
    return degraded(
      'It answers, and has no quote.',
      see('Look at the source of prices', 'marketdataaway'),
    );
  const age = secondsSince(quote.time, nowMs);
  const detail = `The last quote of ${quote.symbol} is ${span(age)} old.`;
  if (isMarketOpen && age > QUOTE_AGE_SECONDS_MAX)
    return degraded(detail, see('Look at the source of prices', 'marketdataaway'), quote.time);
  return up(detail);
}

/** `lastReportAt`: when the last report was taken in; null when none was, or nobody knows. */
export function judgeBrokerSession(
  asked: Asked<BrokerSessionStanding | null>,
  { lastReportAt, nowMs }: { lastReportAt: string | null; nowMs: number },
): PartJudgement {
  if (!isAnswered(asked))
    return unknown('Temporal does not say.', see('Bring Temporal back', 'temporalaway'));
  const session = asked.answer;
  if (session === null || !session.isRunning)
    return down(
      'Its workflow does not run.',
      see('Start it', 'brokersessionstopped'),
      session?.endedAt ?? null,
    );
  const { pump } = session;
  if (pump === null)
    return down('It is between two readings.', see('Look why', 'brokersessionstopped'));
  const last =
    lastReportAt === null
      ? 'no report is known'
      : `last report ${span(secondsSince(lastReportAt, nowMs))} ago`;
  const isBroker = pump.lastFailure?.startsWith('Broker') === true;
  const repair = isBroker
    ? see('Bring the broker back', 'brokeraway')
    : see('Look why its reports are not read', 'brokersessionstopped');
  const attempt = `Attempt ${pump.attempt} at reading its reports`;
  const before =
    pump.lastFailure === null ? '' : `; the one before failed with ${pump.lastFailure}, ${last}`;
  if (pump.startedAt === null) return down(`${attempt} has not begun${before}.`, repair);
  const readFor = secondsSince(pump.startedAt, nowMs);
  const begun = `${attempt} began ${span(readFor)} ago`;
  if ((pump.heartbeatAt ?? '') < pump.startedAt)
    return degraded(`${begun} and has not been heard of${before}.`, repair);
  const hasFailed = pump.lastFailure !== null && pump.lastFailure !== 'TIMEOUT';
  if (hasFailed && readFor < READING_PROVEN_SECONDS) return degraded(`${begun}${before}.`, repair);
  return up(`Its reports are read, ${last}.`, pump.startedAt);
}

export function judgeTaskQueue(asked: Asked<TaskQueueStanding>, nowMs: number): PartJudgement {
  if (!isAnswered(asked))
    return unknown('Temporal does not say.', see('Bring Temporal back', 'temporalaway'));
  const { routes, backlogAgeSeconds } = asked.answer;
  const served = routes.filter(({ role }) => role !== 'none');
  const deserted = served.find(({ pollers }) => pollers === 0);
  const tell = ({ version, pollers }: TaskQueueStanding['routes'][number]): string =>
    `${version} (${count(pollers, 'worker')})`;
  const idle = routes.filter(({ role, pollers }) => role === 'none' && pollers > 0);
  const others =
    idle.length === 0 ? '' : `; workers that get no tasks: ${idle.map(tell).join(', ')}`;
  if (deserted?.version === 'unversioned' && idle.length === 0)
    return down('No worker polls it.', see('Start workers', 'taskqueuewithoutworkers'));
  if (deserted && deserted.role === 'current' && idle.length > 0)
    return down(
      `The current version ${deserted.version} has no worker${others}.`,
      see('Make the version current that has workers', 'versionnotcurrent'),
    );
  if (deserted) {
    const say = deserted.role === 'current' ? down : degraded;
    return say(
      `The ${deserted.role} version ${deserted.version} has no worker${others}.`,
      see('Start workers of it, or make another current', 'versionwithoutworkers'),
    );
  }
  if (backlogAgeSeconds > BACKLOG_AGE_SECONDS_MAX)
    return degraded(
      `A task waits for ${span(backlogAgeSeconds)}; polled by ${served.map(tell).join(', ')}${others}.`,
      see('Start more workers, or mend what is slow', 'taskqueuebacklog'),
      new Date(nowMs - backlogAgeSeconds * 1_000).toISOString(),
    );
  return up(`Polled lately by ${served.map(tell).join(', ')}${others}.`);
}

export function judgeSettlement(
  runs: Asked<SettlementRuns | null>,
  backlog: Asked<Backlog>,
): PartJudgement {
  if (!isAnswered(backlog)) return booksUnknown();
  const { settlementsOverdue: overdue, settlementsInRepair: inRepair } = backlog.answer;
  const run = describeRun(runs);
  if (overdue > 0)
    return down(
      `${count(overdue, 'execution is', 'executions are')} overdue; ${run}.`,
      see('Look at the run of today', 'settlementoverdue'),
    );
  if (!isAnswered(runs))
    return unknown('Temporal does not say.', see('Bring Temporal back', 'temporalaway'));
  if (runs.answer === null || runs.answer.isPaused || runs.answer.lastRun?.hasFailed)
    return degraded(`${capital(run)}.`, see('Look at its schedule', 'settlementoverdue'));
  if (inRepair > 0)
    return degraded(
      `${count(inRepair, 'execution is', 'executions are')} in repair; ${run}.`,
      see('Agree with the clearing house', 'settlementsinrepair'),
    );
  return up(`${capital(run)}.`);
}

function describeRun(asked: Asked<SettlementRuns | null>): string {
  if (!isAnswered(asked)) return 'Temporal does not say how its runs went';
  const runs = asked.answer;
  if (runs === null) return 'it has no schedule, which workers make when they start';
  const { lastRun } = runs;
  const paused = runs.isPaused ? 'the schedule is paused, ' : '';
  if (lastRun === null) return `${paused}no run is known`;
  const { startedAt, endedAt, hasFailed } = lastRun;
  if (endedAt === null) return `${paused}a run works since ${startedAt}`;
  return `${paused}the last run ${hasFailed ? 'failed' : 'completed'} at ${endedAt}`;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const booksUnknown = (): PartJudgement =>
  unknown('Postgres does not say.', see('Bring Postgres back', 'postgresaway'));

export function judgeBreaks(asked: Asked<Backlog>, nowMs: number): PartJudgement {
  if (!isAnswered(asked)) return booksUnknown();
  const { breaksOpen, oldestBreakAt } = asked.answer;
  if (breaksOpen === 0) return up('None is open.');
  const oldest = oldestBreakAt === null ? 0 : secondsSince(oldestBreakAt, nowMs);
  return degraded(
    `${count(breaksOpen, 'is', 'are')} open, the oldest for ${span(oldest)}.`,
    see('Compare with the broker, then resolve them', 'breaksopen'),
    oldestBreakAt,
  );
}

export function judgeSuspended(asked: Asked<Backlog>, nowMs: number): PartJudgement {
  if (!isAnswered(asked)) return booksUnknown();
  const { ordersSuspended, oldestSuspendedAt } = asked.answer;
  if (ordersSuspended === 0) return up('No order waits for an operator.');
  const oldest = oldestSuspendedAt === null ? 0 : secondsSince(oldestSuspendedAt, nowMs);
  return degraded(
    `${count(ordersSuspended, 'order waits', 'orders wait')} for an operator, the oldest for ${span(oldest)}.`,
    see('Mend the cause, then retry them', 'attentionneeded'),
    oldestSuspendedAt,
  );
}

export function judgeUnconfirmed(asked: Asked<Backlog>, nowMs: number): PartJudgement {
  if (!isAnswered(asked)) return booksUnknown();
  const { ordersUnacknowledged, oldestUnacknowledgedSeconds: oldest } = asked.answer;
  if (ordersUnacknowledged === 0) return up('The broker has confirmed every order.');
  const waiting = `${count(ordersUnacknowledged, 'order is', 'orders are')} not confirmed, the oldest for ${span(oldest)}.`;
  if (oldest <= QUICK_ATTEMPTS_SECONDS) return up(waiting);
  return degraded(
    waiting,
    see('Look what their next attempt waits for', 'ordersunacknowledged'),
    new Date(nowMs - oldest * 1_000).toISOString(),
  );
}
