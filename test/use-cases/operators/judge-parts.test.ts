import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type {
  Backlog,
  BrokerSessionStanding,
  SettlementRuns,
  TaskQueueStanding,
} from '../../../contracts/operators/backlog.ts';
import { READING_PROVEN_SECONDS } from '../../../contracts/operators/session-trouble.ts';
import type { PartJudgement, PartStatus } from '../../../contracts/operators/system-status.ts';
import * as judge from '../../../use-cases/operators/judge-parts.ts';

const NOW = '2026-11-24T14:30:00.000Z';
const nowMs = Date.parse(NOW);
const ago = (seconds: number): string => new Date(nowMs - seconds * 1_000).toISOString();

const QUIET: Backlog = {
  ordersSuspended: 0,
  oldestSuspendedAt: null,
  ordersUnacknowledged: 0,
  oldestUnacknowledgedSeconds: 0,
  breaksOpen: 0,
  oldestBreakAt: null,
  settlementsInRepair: 0,
  settlementsOverdue: 0,
  sessions: [],
};
const books = (over: Partial<Backlog> = {}) => ({ answer: { ...QUIET, ...over } });

const RAN: SettlementRuns = {
  isPaused: false,
  lastRun: { startedAt: ago(600), endedAt: ago(540), hasFailed: false },
};

const session = (pump: Partial<NonNullable<BrokerSessionStanding['pump']>> = {}) => ({
  answer: {
    isRunning: true,
    endedAt: null,
    pump: {
      attempt: 1,
      startedAt: ago(3_600),
      heartbeatAt: ago(1),
      lastFailure: null,
      ...pump,
    },
  },
});
const judgeSession = (asked: Parameters<typeof judge.judgeBrokerSession>[0]) =>
  judge.judgeBrokerSession(asked, { lastReportAt: ago(90), nowMs });

const judgeQuote = (asked: Parameters<typeof judge.judgeMarketData>[0], isMarketOpen = true) =>
  judge.judgeMarketData(asked, { nowMs, isMarketOpen });
const quote = (ageSeconds: number) => ({ answer: { symbol: 'AAPL', time: ago(ageSeconds) } });

const judgeQueue = (routes: TaskQueueStanding['routes'], backlogAgeSeconds = 0) =>
  judge.judgeTaskQueue({ answer: { taskQueue: 'orders', backlogAgeSeconds, routes } }, nowMs);
const route = (
  role: 'current' | 'ramping' | 'none',
  pollers: number,
  version = 'unversioned',
): TaskQueueStanding['routes'][number] => ({ version, role, pollers });

interface Case {
  what: string;
  judged: PartJudgement;
  status: PartStatus;
  detail: string | RegExp;
  /** The runbook's section. */
  section?: string;
  since?: string;
}

const CASES: Case[] = [
  {
    what: 'Postgres answers, and says when it was started',
    judged: judge.judgePostgres({ answer: ago(60) }),
    status: 'UP',
    detail: 'It answers.',
    since: ago(60),
  },
  {
    what: 'Postgres hangs',
    judged: judge.judgePostgres('SILENT'),
    status: 'DOWN',
    detail: 'It does not answer in time.',
    section: 'postgresaway',
  },
  {
    what: 'Temporal serves',
    judged: judge.judgeTemporal({ answer: null }),
    status: 'UP',
    detail: 'It serves.',
  },
  {
    what: 'Temporal is away',
    judged: judge.judgeTemporal('FAILED'),
    status: 'DOWN',
    detail: 'It cannot be reached.',
    section: 'temporalaway',
  },
  {
    what: 'no Redis is configured',
    judged: judge.judgeRedis(null),
    status: 'UP',
    detail: /None is configured/,
  },
  {
    what: 'Redis answers',
    judged: judge.judgeRedis({ answer: 'PONG' }),
    status: 'UP',
    detail: 'It answers.',
  },
  {
    what: 'Redis is away',
    judged: judge.judgeRedis('FAILED'),
    status: 'DOWN',
    detail: /^It cannot be reached\. .*slower\.$/,
    section: 'redisaway',
  },
  {
    what: 'a quote is new',
    judged: judgeQuote(quote(2)),
    status: 'UP',
    detail: 'The last quote of AAPL is 2 s old.',
  },
  {
    what: 'a quote is as old as it may be',
    judged: judgeQuote(quote(judge.QUOTE_AGE_SECONDS_MAX)),
    status: 'UP',
    detail: 'The last quote of AAPL is 60 s old.',
  },
  {
    what: 'a quote of an open market is old',
    judged: judgeQuote(quote(300)),
    status: 'DEGRADED',
    detail: 'The last quote of AAPL is 5 min old.',
    section: 'marketdataaway',
    since: ago(300),
  },
  {
    what: 'a quote of a closed market is old',
    judged: judgeQuote(quote(10_000), false),
    status: 'UP',
    detail: 'The last quote of AAPL is 2 h old.',
  },
  {
    what: 'market data has no quote',
    judged: judgeQuote({ answer: null }),
    status: 'DEGRADED',
    detail: /no quote/,
    section: 'marketdataaway',
  },
  {
    what: 'market data is away',
    judged: judgeQuote('FAILED'),
    status: 'DOWN',
    detail: 'It cannot be reached.',
    section: 'marketdataaway',
  },
  {
    what: 'a session reads',
    judged: judgeSession(session()),
    status: 'UP',
    detail: 'Its reports are read, last report 90 s ago.',
    since: ago(3_600),
  },
  {
    what: 'a session reads, and no report is known',
    judged: judge.judgeBrokerSession(session(), { lastReportAt: null, nowMs }),
    status: 'UP',
    detail: 'Its reports are read, no report is known.',
    since: ago(3_600),
  },
  {
    what: 'a session whose worker died reads on another one',
    judged: judgeSession(session({ attempt: 2, startedAt: ago(1), lastFailure: 'TIMEOUT' })),
    status: 'UP',
    detail: /^Its reports are read/,
    since: ago(1),
  },
  {
    what: 'a session waits to be tried again since its broker is away',
    judged: judgeSession(
      session({ attempt: 7, startedAt: null, lastFailure: 'BrokerUnavailable' }),
    ),
    status: 'DOWN',
    detail:
      'Attempt 7 at reading its reports has not begun; the one before failed with BrokerUnavailable, last report 90 s ago.',
    section: 'brokeraway',
  },
  {
    what: 'a session has begun again, which its broker may not have noticed',
    judged: judgeSession(
      session({ attempt: 8, startedAt: ago(5), lastFailure: 'BrokerUnavailable' }),
    ),
    status: 'DEGRADED',
    detail:
      /^Attempt 8 at reading its reports began 5 s ago; the one before failed with BrokerUnavailable/,
    section: 'brokeraway',
  },
  {
    what: 'a session was given to a worker that hangs',
    judged: judgeSession(
      session({
        attempt: 2,
        startedAt: ago(3),
        heartbeatAt: ago(9),
        lastFailure: 'TIMEOUT',
      }),
    ),
    status: 'DEGRADED',
    detail:
      'Attempt 2 at reading its reports began 3 s ago and has not been heard of; the one before failed with TIMEOUT, last report 90 s ago.',
    section: 'brokersessionstopped',
  },
  {
    what: 'a session has just begun',
    judged: judgeSession(session({ startedAt: ago(0), heartbeatAt: null })),
    status: 'DEGRADED',
    detail: 'Attempt 1 at reading its reports began 0 s ago and has not been heard of.',
    section: 'brokersessionstopped',
  },
  {
    what: 'a session has read long enough after a failure',
    judged: judgeSession(
      session({
        attempt: 8,
        startedAt: ago(READING_PROVEN_SECONDS),
        lastFailure: 'BrokerUnavailable',
      }),
    ),
    status: 'UP',
    detail: /^Its reports are read/,
    since: ago(READING_PROVEN_SECONDS),
  },
  {
    what: 'a session fails at something else than its broker',
    judged: judgeSession(
      session({ attempt: 3, startedAt: null, lastFailure: 'DATABASE_UNAVAILABLE' }),
    ),
    status: 'DOWN',
    detail: /DATABASE_UNAVAILABLE/,
    section: 'brokersessionstopped',
  },
  {
    what: 'no worker has taken a session up',
    judged: judgeSession(session({ startedAt: null })),
    status: 'DOWN',
    detail: 'Attempt 1 at reading its reports has not begun.',
    section: 'brokersessionstopped',
  },
  {
    what: 'a session is between two readings',
    judged: judgeSession({ answer: { isRunning: true, endedAt: null, pump: null } }),
    status: 'DOWN',
    detail: 'It is between two readings.',
    section: 'brokersessionstopped',
  },
  {
    what: 'a session was ended',
    judged: judgeSession({ answer: { isRunning: false, endedAt: ago(60), pump: null } }),
    status: 'DOWN',
    detail: 'Its workflow does not run.',
    section: 'brokersessionstopped',
    since: ago(60),
  },
  {
    what: 'there has never been a session',
    judged: judgeSession({ answer: null }),
    status: 'DOWN',
    detail: 'Its workflow does not run.',
    section: 'brokersessionstopped',
  },
  {
    what: 'Temporal does not say how a session is',
    judged: judgeSession('FAILED'),
    status: 'UNKNOWN',
    detail: 'Temporal does not say.',
    section: 'temporalaway',
  },
  {
    what: 'workers poll',
    judged: judgeQueue([route('current', 2)]),
    status: 'UP',
    detail: 'Polled lately by unversioned (2 workers).',
  },
  {
    what: 'workers of a version that is not current poll beside those that are',
    judged: judgeQueue([route('current', 1, 'hub:42'), route('none', 1, 'hub:41')]),
    status: 'UP',
    detail: 'Polled lately by hub:42 (1 worker); workers that get no tasks: hub:41 (1 worker).',
  },
  {
    what: 'nobody polls',
    judged: judgeQueue([route('current', 0)]),
    status: 'DOWN',
    detail: 'No worker polls it.',
    section: 'taskqueuewithoutworkers',
  },
  {
    what: 'the current version has no worker',
    judged: judgeQueue([route('current', 0, 'hub:42'), route('none', 2, 'hub:41')]),
    status: 'DOWN',
    detail:
      'The current version hub:42 has no worker; workers that get no tasks: hub:41 (2 workers).',
    section: 'versionnotcurrent',
  },
  {
    what: 'workers have a version that nobody has made current',
    judged: judgeQueue([route('current', 0), route('none', 1, 'hub:41')]),
    status: 'DOWN',
    detail:
      'The current version unversioned has no worker; workers that get no tasks: hub:41 (1 worker).',
    section: 'versionnotcurrent',
  },
  {
    what: 'nobody polls, and the current version is known',
    judged: judgeQueue([route('current', 0, 'hub:42')]),
    status: 'DOWN',
    detail: 'The current version hub:42 has no worker.',
    section: 'versionwithoutworkers',
  },
  {
    what: 'the ramping version has no worker',
    judged: judgeQueue([route('current', 1, 'hub:42'), route('ramping', 0, 'hub:43')]),
    status: 'DEGRADED',
    detail: 'The ramping version hub:43 has no worker.',
    section: 'versionwithoutworkers',
  },
  {
    what: 'a task waits',
    judged: judgeQueue([route('current', 1)], 200),
    status: 'DEGRADED',
    detail: 'A task waits for 3 min; polled by unversioned (1 worker).',
    section: 'taskqueuebacklog',
    since: ago(200),
  },
  {
    what: 'a task has waited as long as it may',
    judged: judgeQueue([route('current', 1)], judge.BACKLOG_AGE_SECONDS_MAX),
    status: 'UP',
    detail: /^Polled lately/,
  },
  {
    what: 'Temporal does not say who polls',
    judged: judge.judgeTaskQueue('SILENT', nowMs),
    status: 'UNKNOWN',
    detail: 'Temporal does not say.',
    section: 'temporalaway',
  },
  {
    what: 'settlement has run',
    judged: judge.judgeSettlement({ answer: RAN }, books()),
    status: 'UP',
    detail: `The last run completed at ${ago(540)}.`,
  },
  {
    what: 'settlement has not run yet',
    judged: judge.judgeSettlement({ answer: { isPaused: false, lastRun: null } }, books()),
    status: 'UP',
    detail: 'No run is known.',
  },
  {
    what: 'a settlement run works',
    judged: judge.judgeSettlement(
      {
        answer: { ...RAN, lastRun: { startedAt: ago(600), endedAt: null, hasFailed: false } },
      },
      books(),
    ),
    status: 'UP',
    detail: `A run works since ${ago(600)}.`,
  },
  {
    what: 'a settlement run was ended',
    judged: judge.judgeSettlement(
      {
        answer: { ...RAN, lastRun: { startedAt: ago(600), endedAt: ago(540), hasFailed: true } },
      },
      books(),
    ),
    status: 'DEGRADED',
    detail: `The last run failed at ${ago(540)}.`,
    section: 'settlementoverdue',
  },
  {
    what: 'the schedule is paused',
    judged: judge.judgeSettlement({ answer: { ...RAN, isPaused: true } }, books()),
    status: 'DEGRADED',
    detail: /^The schedule is paused, the last run completed/,
    section: 'settlementoverdue',
  },
  {
    what: 'there is no schedule',
    judged: judge.judgeSettlement({ answer: null }, books()),
    status: 'DEGRADED',
    detail: /^It has no schedule/,
    section: 'settlementoverdue',
  },
  {
    what: 'an execution is in repair',
    judged: judge.judgeSettlement({ answer: RAN }, books({ settlementsInRepair: 1 })),
    status: 'DEGRADED',
    detail: /^1 execution is in repair; the last run completed/,
    section: 'settlementsinrepair',
  },
  {
    what: 'executions are overdue, whatever Temporal says',
    judged: judge.judgeSettlement('FAILED', books({ settlementsOverdue: 3 })),
    status: 'DOWN',
    detail: '3 executions are overdue; Temporal does not say how its runs went.',
    section: 'settlementoverdue',
  },
  {
    what: 'nothing is overdue, and Temporal does not say',
    judged: judge.judgeSettlement('FAILED', books()),
    status: 'UNKNOWN',
    detail: 'Temporal does not say.',
    section: 'temporalaway',
  },
  {
    what: 'Postgres does not say what is overdue',
    judged: judge.judgeSettlement({ answer: RAN }, 'SILENT'),
    status: 'UNKNOWN',
    detail: 'Postgres does not say.',
    section: 'postgresaway',
  },
  {
    what: 'no break is open',
    judged: judge.judgeBreaks(books(), nowMs),
    status: 'UP',
    detail: 'None is open.',
  },
  {
    what: 'breaks are open',
    judged: judge.judgeBreaks(books({ breaksOpen: 2, oldestBreakAt: ago(600) }), nowMs),
    status: 'DEGRADED',
    detail: '2 are open, the oldest for 10 min.',
    section: 'breaksopen',
    since: ago(600),
  },
  {
    what: 'no order is suspended',
    judged: judge.judgeSuspended(books(), nowMs),
    status: 'UP',
    detail: 'No order waits for an operator.',
  },
  {
    what: 'an order is suspended',
    judged: judge.judgeSuspended(
      books({ ordersSuspended: 1, oldestSuspendedAt: ago(9_000) }),
      nowMs,
    ),
    status: 'DEGRADED',
    detail: '1 order waits for an operator, the oldest for 2 h.',
    section: 'attentionneeded',
    since: ago(9_000),
  },
  {
    what: 'every order is confirmed',
    judged: judge.judgeUnconfirmed(books(), nowMs),
    status: 'UP',
    detail: 'The broker has confirmed every order.',
  },
  {
    what: 'an order is on its way',
    judged: judge.judgeUnconfirmed(
      books({ ordersUnacknowledged: 1, oldestUnacknowledgedSeconds: judge.QUICK_ATTEMPTS_SECONDS }),
      nowMs,
    ),
    status: 'UP',
    detail: '1 order is not confirmed, the oldest for 36 s.',
  },
  {
    what: 'orders wait for a retry',
    judged: judge.judgeUnconfirmed(
      books({ ordersUnacknowledged: 5, oldestUnacknowledgedSeconds: 200_000 }),
      nowMs,
    ),
    status: 'DEGRADED',
    detail: '5 orders are not confirmed, the oldest for 2 d.',
    section: 'ordersunacknowledged',
    since: ago(200_000),
  },
  ...[judge.judgeBreaks, judge.judgeSuspended, judge.judgeUnconfirmed].map(
    (judgement): Case => ({
      what: `Postgres is silent: ${judgement.name}`,
      judged: judgement('SILENT', nowMs),
      status: 'UNKNOWN',
      detail: 'Postgres does not say.',
      section: 'postgresaway',
    }),
  ),
];

describe('what is said of a part', () => {
  it.each(CASES)('$what', ({ judged, status, detail, section, since = null }) => {
    expect(judged).toMatchObject({ status, since });
    expect(judged.detail).toMatch(detail);
    if (typeof detail === 'string') expect(judged.detail).toBe(detail);
    if (section === undefined) expect(judged.action).toBeNull();
    else expect(judged.action?.endsWith(`: docs/RUNBOOK.md#${section}`)).toBe(true);
  });

  it('names sections that the runbook has', () => {
    const runbook = readFileSync(new URL('../../../docs/RUNBOOK.md', import.meta.url), 'utf8');
    const headings = [...runbook.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading.toLowerCase().replaceAll(' ', '-'),
    );
    const named = new Set(CASES.flatMap(({ section }) => section ?? []));
    expect(named.size).toBeGreaterThan(10);
    for (const section of named) expect(headings).toContain(section);
  });
});
