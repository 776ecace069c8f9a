import type { Logger } from 'pino';
import type { Clock } from '../../contracts/clock.ts';
import { parseBrokerOrderId } from '../../contracts/ids.ts';
import type { Broker, ExecutionReport } from '../../contracts/ports/broker.ts';
import type { BrokerSessions } from '../../contracts/ports/broker-sessions.ts';
import type { OrderStore } from '../../contracts/ports/order-store.ts';
import type { OrderWorkflows } from '../../contracts/ports/order-workflows.ts';
import type { BookReports } from '../orders/book-reports.ts';
import { IllegalOrderEvent } from '../orders/record-event.ts';
import type { AdoptStrayOrders } from './adopt-stray-orders.ts';
import { type AnsweredReports, createAnsweredReports } from './answered-reports.ts';

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
  /** Called with the last sequence that is wholly taken in, about once a second. */
  onProgress: (lastSequence: number) => void;
}

const TICK_MS = 1_000;
const ADOPT_EVERY_TICKS = 30;

/**
 * Takes in a broker's execution reports from where the last reader was: each goes to its order's workflow, or straight to booking when
 * that has ended (a late fill). Delivered at least once; booking makes that exactly once. Reports that an answer carried as well are left to
 * whoever got the answer, and looked at again after a grace. Ends when `signal` aborts, throws when a step fails: the next attempt goes on.
 */
export function createPumpReports(deps: PumpReportsDeps) {
  const { broker, orders, sessions, workflows, bookReports, adoptStrayOrders, clock, sleep, logger } = deps;

  return async function pumpReports(brokerName: string, { resumeAfter, signal, onProgress }: PumpOptions): Promise<void> {
    const answered = createAnsweredReports(Math.max(resumeAfter, await sessions.readLastSequence(brokerName)));
    const stop = new AbortController();
    const either = AbortSignal.any([signal, stop.signal]);
    try {
      await Promise.race([readStream(answered, either), everyTick(brokerName, answered, either, onProgress)]);
    } finally {
      stop.abort();
    }
  };

  async function readStream(answered: AnsweredReports, signal: AbortSignal): Promise<void> {
    for await (const batch of broker.streamExecutionReports(answered.lastRead(), signal)) {
      await deliver(batch.filter((report) => !report.inAnswer));
      answered.take(batch, clock());
    }
    throw new Error('The broker ended the stream of execution reports');
  }

  async function everyTick(
    brokerName: string,
    answered: AnsweredReports,
    signal: AbortSignal,
    onProgress: PumpOptions['onProgress'],
  ): Promise<void> {
    let stored = answered.lastRead();
    for (let tick = 0; !signal.aborted; tick++) {
      const due = answered.due(clock());
      await deliver(await unbookedTrades(due));
      const lastTaken = answered.settle(due);
      if (lastTaken > stored) await sessions.advance(brokerName, lastTaken);
      stored = lastTaken;
      onProgress(lastTaken);
      if (tick % ADOPT_EVERY_TICKS === 0) await adoptStrayOrders();
      await sleep(TICK_MS, signal);
    }
  }

  /** Of what an answer carried, only a fill that nobody booked is news: its answer was lost. */
  async function unbookedTrades(reports: readonly ExecutionReport[]): Promise<ExecutionReport[]> {
    const trades = reports.filter((report) => report.execType === 'TRADE');
    if (trades.length === 0) return [];
    const booked = await orders.findBooked(trades.map((report) => report.brokerExecutionId));
    return trades.filter((report) => !booked.has(report.brokerExecutionId));
  }

  async function deliver(news: readonly ExecutionReport[]): Promise<void> {
    for (const [orderId, reports] of groupByOrder(news)) {
      if (orderId === null) {
        logger.warn({ reports: reports.map((report) => report.brokerClientOrderId) }, 'execution reports of orders that are not ours');
        continue;
      }
      const delivery = await workflows.reportExecutions(orderId, reports);
      if (delivery === 'NOT_RUNNING') await bookClosed(orderId, reports);
    }
  }

  /** What cannot have happened to a closed order is a break for people to look at; it must not hold up everybody else's reports. */
  async function bookClosed(orderId: string, reports: readonly ExecutionReport[]): Promise<void> {
    try {
      await bookReports(orderId, reports);
    } catch (error) {
      if (!(error instanceof IllegalOrderEvent)) throw error;
      logger.error({ err: error, orderId, reports }, 'break: the venue reports what cannot have happened to the order');
    }
  }
}

export type PumpReports = ReturnType<typeof createPumpReports>;

const groupByOrder = (reports: readonly ExecutionReport[]): Map<string | null, ExecutionReport[]> =>
  Map.groupBy(reports, (report) => parseBrokerOrderId(report.brokerClientOrderId)?.orderId ?? null);
