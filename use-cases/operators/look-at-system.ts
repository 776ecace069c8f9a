import type { Logger } from 'pino';
import { type Asked, askInTime, isAnswered } from '../../contracts/ask-in-time.ts';
import type { Clock } from '../../contracts/clock.ts';
import type { Timestamp } from '../../contracts/decimal-string.ts';
import { brokerSessionWorkflowId } from '../../contracts/ids.ts';
import type { Backlog } from '../../contracts/operators/backlog.ts';
import {
  PART_STATUSES,
  type PartJudgement,
  type SystemPart,
  type SystemProbes,
  type SystemStatus,
} from '../../contracts/operators/system-status.ts';
import { TASK_QUEUES } from '../../contracts/task-queues.ts';
import type { TradingCalendar } from '../../domain/market/calendar.ts';
import * as judge from './judge-parts.ts';

export interface LookAtSystemDeps {
  probes: SystemProbes;
  /** The names of the brokers that have a session. */
  brokers: readonly string[];
  calendar: Pick<TradingCalendar, 'sessionAt'>;
  clock: Clock;
  logger: Logger;
}

/** What a part has not answered by then counts as silence. */
const ANSWER_MS_MAX = 2_000;
/** Whoever asks within this time gets the same answer: many that ask are one to Temporal. */
const KEPT_MS = 1_000;

/**
 * Makes a look at every part of the system. All are asked at once, each for 2 s at most, so that one
 * that hangs holds up no other; it never throws. Looks remember when a part ceased to be UP, or
 * became it: the more often somebody looks, the better that time is known.
 */
export function createSystemLook(deps: LookAtSystemDeps): () => Promise<SystemStatus> {
  const look = createLook(deps);
  let last: { status: Promise<SystemStatus>; keptUntilMs: number } | null = null;
  return () => {
    if (last && performance.now() < last.keptUntilMs) return last.status;
    const mine = { status: look(), keptUntilMs: Number.POSITIVE_INFINITY };
    const end = () => {
      mine.keptUntilMs = performance.now() + KEPT_MS;
    };
    mine.status.then(end, end);
    last = mine;
    return mine.status;
  };
}

/** How every part of the system is, and what to do about it. */
export const readSystem = ({
  lookAtSystem,
}: {
  lookAtSystem: () => Promise<SystemStatus>;
}): Promise<SystemStatus> => lookAtSystem();

function createLook({ probes, brokers, calendar, clock, logger }: LookAtSystemDeps) {
  const ask = <T>(what: string, question: () => Promise<T>) =>
    askInTime(question, {
      withinMs: ANSWER_MS_MAX,
      onFailed: (error) => logger.debug({ err: error, what }, 'a part did not say how it is'),
    });
  const askPostgres = ask('postgres', probes.readPostgresStart);
  const askBacklog = ask('backlog', probes.readBacklog);
  const askRedis = probes.askRedis && ask('redis', probes.askRedis);
  const askTemporal = ask('temporal', probes.askTemporal);
  const askQueues = ask('task queues', probes.readTaskQueues);
  const askRuns = ask('settlement', probes.readSettlementRuns);
  const askQuote = ask('market data', probes.readQuote);
  const sessions = brokers.map((broker) => ({
    broker,
    askSession: ask(broker, () => probes.readBrokerSession(broker)),
  }));
  const withSince = createMemory();

  return async (): Promise<SystemStatus> => {
    const [postgres, backlog, redis, temporal, queues, runs, quote, standings] = await Promise.all([
      ...([askPostgres(), askBacklog(), askRedis?.() ?? null, askTemporal()] as const),
      ...([askQueues(), askRuns(), askQuote()] as const),
      Promise.all(
        sessions.map(async ({ broker, askSession }) => ({ broker, session: await askSession() })),
      ),
    ]);
    const nowMs = clock();
    const isMarketOpen = isOpenAt(calendar, nowMs);
    const judged: Record<string, PartJudgement> = {
      postgres: judge.judgePostgres(postgres),
      temporal: judge.judgeTemporal(temporal),
      redis: judge.judgeRedis(redis),
      'market-data': judge.judgeMarketData(quote, { nowMs, isMarketOpen }),
    };
    for (const { broker, session } of standings) {
      const lastReportAt = lastReportOf(broker, backlog);
      judged[brokerSessionWorkflowId(broker)] = judge.judgeBrokerSession(session, {
        lastReportAt,
        nowMs,
      });
    }
    for (const queue of TASK_QUEUES)
      judged[`workers/${queue}`] = judge.judgeTaskQueue(standingOf(queue, queues), nowMs);
    judged.settlement = judge.judgeSettlement(runs, backlog);
    judged.breaks = judge.judgeBreaks(backlog, nowMs);
    judged['orders/suspended'] = judge.judgeSuspended(backlog, nowMs);
    judged['orders/unconfirmed'] = judge.judgeUnconfirmed(backlog, nowMs);
    const checkedAt = new Date(nowMs).toISOString();
    const parts = Object.entries(judged).map(([name, judgement]) =>
      withSince({ name, ...judgement }, checkedAt),
    );
    return { status: worstOf(parts), checkedAt, parts };
  };
}

/** A market whose days are not known is taken for closed. */
export function isOpenAt(calendar: LookAtSystemDeps['calendar'], nowMs: number): boolean {
  try {
    return calendar.sessionAt(nowMs) !== null;
  } catch {
    return false;
  }
}

const lastReportOf = (broker: string, backlog: Asked<Backlog>): Timestamp | null =>
  isAnswered(backlog)
    ? (backlog.answer.sessions.find((one) => one.broker === broker)?.takenInAt ?? null)
    : null;

function standingOf(
  queue: string,
  queues: Asked<Awaited<ReturnType<SystemProbes['readTaskQueues']>>>,
) {
  if (!isAnswered(queues)) return queues;
  const standing = queues.answer.find(({ taskQueue }) => taskQueue === queue);
  return standing ? { answer: standing } : 'FAILED';
}

/** Fills in since when a part has been UP, or has not, where the part cannot tell. */
function createMemory(): (part: SystemPart, nowAt: Timestamp) => SystemPart {
  const known = new Map<string, { isUp: boolean; since: Timestamp | null }>();
  return (part, nowAt) => {
    const isUp = part.status === 'UP';
    const before = known.get(part.name);
    const since = before && before.isUp !== isUp ? nowAt : (before?.since ?? null);
    known.set(part.name, { isUp, since });
    return { ...part, since: part.since ?? since };
  };
}

const worstOf = (parts: readonly SystemPart[]): SystemPart['status'] =>
  parts.reduce<SystemPart['status']>(
    (worst, { status }) =>
      PART_STATUSES.indexOf(status) > PART_STATUSES.indexOf(worst) ? status : worst,
    'UP',
  );
