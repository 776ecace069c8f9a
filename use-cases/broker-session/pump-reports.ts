import type { Logger } from 'pino';
import type { Clock } from '../../contracts/clock.ts';
import { parseBrokerOrderId } from '../../contracts/ids.ts';
import type { Broker, ExecutionReport } from '../../contracts/ports/broker.ts';
import type { BrokerSessions } from '../../contracts/ports/broker-sessions.ts';
import type { OrderStore } from '../../contracts/ports/order-store.ts';
import type { OrderWorkflows } from '../../contracts/ports/order-workflows.ts';
import type { BookReports } from '../orders/book-reports.ts';
import type { AdoptStrayOrders } from './adopt-stray-orders.ts';

export interface PumpReportsDeps {
  broker: Broker;
  orders: OrderStore;
  sessions: BrokerSessions;
  workflows: OrderWorkflows;
  bookReports: BookReports;
  adoptStrayOrders: AdoptStrayOrders;
  clock: Clock;
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  logger: Logger;
}

export interface PumpOptions {
  /** Last sequence that an earlier attempt had taken in; the stored one counts when it is greater. */
  resumeAfter: number;
  signal: AbortSignal;
  /** Called with the last sequence taken in, after each batch and while nothing comes. */
  onProgress: (lastSequence: number) => void;
}

/** Reports that an answer carried as well are left to whoever got the answer for so long; it is normally booked by then. */
const ANSWER_GRACE_MS = 2_000;
const IDLE_PROGRESS_MS = 2_000;
const ADOPT_EVERY_MS = 30_000;

/**
 * Takes in a broker's execution reports from where the last reader was: each goes to its order's workflow, or straight to booking when that
 * has ended (a late fill). Delivered at least once and in order of sequence; booking makes that exactly once. Ends when `signal` aborts, throws when the stream breaks.
 */
export function createPumpReports(deps: PumpReportsDeps) {
  const { broker, orders, sessions, workflows, bookReports, clock, sleep, logger } = deps;

  return async function pumpReports(brokerName: string, { resumeAfter, signal, onProgress }: PumpOptions): Promise<void> {
    let lastSequence = Math.max(resumeAfter, await sessions.readLastSequence(brokerName));
    const idle = setInterval(() => onProgress(lastSequence), IDLE_PROGRESS_MS);
    const adopting = setInterval(adopt, ADOPT_EVERY_MS);
    try {
      for await (const batch of broker.streamExecutionReports(lastSequence, signal)) {
        await waitForAnswers(batch, signal);
        await deliver(await findNews(batch));
        lastSequence = batch.at(-1)?.sequence ?? lastSequence;
        await sessions.advance(brokerName, lastSequence);
        onProgress(lastSequence);
      }
    } finally {
      clearInterval(idle);
      clearInterval(adopting);
    }
  };

  function adopt(): void {
    deps
      .adoptStrayOrders()
      .catch((error: unknown) => logger.warn({ err: error }, 'stray orders could not be looked for; tried again later'));
  }

  async function waitForAnswers(batch: readonly ExecutionReport[], signal: AbortSignal): Promise<void> {
    const answered = batch.filter((report) => report.inAnswer).map((report) => Date.parse(report.time));
    if (answered.length === 0) return;
    const waitMs = Math.min(Math.max(...answered) + ANSWER_GRACE_MS - clock(), ANSWER_GRACE_MS);
    if (waitMs > 0) await sleep(waitMs, signal);
  }

  /** Reports that change something: fills that are not booked, and all that an answer did not carry. */
  async function findNews(batch: readonly ExecutionReport[]): Promise<ExecutionReport[]> {
    const trades = batch.filter((report) => report.execType === 'TRADE').map((report) => report.brokerExecutionId);
    const booked = trades.length === 0 ? new Set<string>() : await orders.findBooked(trades);
    return batch.filter((report) => (report.execType === 'TRADE' ? !booked.has(report.brokerExecutionId) : !report.inAnswer));
  }

  async function deliver(news: readonly ExecutionReport[]): Promise<void> {
    for (const [orderId, reports] of groupByOrder(news)) {
      if (orderId === null) {
        logger.warn({ reports: reports.map((report) => report.brokerClientOrderId) }, 'execution reports of orders that are not ours');
        continue;
      }
      const delivery = await workflows.reportExecutions(orderId, reports);
      if (delivery === 'NOT_RUNNING') await bookReports(orderId, reports);
    }
  }
}

export type PumpReports = ReturnType<typeof createPumpReports>;

const groupByOrder = (reports: readonly ExecutionReport[]): Map<string | null, ExecutionReport[]> =>
  Map.groupBy(reports, (report) => parseBrokerOrderId(report.brokerClientOrderId)?.orderId ?? null);
