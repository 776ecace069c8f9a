import type { Client } from '@temporalio/client';
import { WorkflowClient } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker, type WorkflowBundle } from '@temporalio/worker';
import { pino } from 'pino';
import { createExecutionActivities } from '../../activities/executions/execution-activities.ts';
import { createOrderActivities } from '../../activities/orders/order-activities.ts';
import { type Database, openDatabase } from '../../adapters/postgres/database.ts';
import { createBreakStore } from '../../adapters/postgres/executions/break-store.ts';
import { createOrderStore } from '../../adapters/postgres/orders/order-store.ts';
import { createReportSeals } from '../../adapters/security/report-seals.ts';
import { createWorkContext } from '../../adapters/telemetry/work-context.ts';
import { createExecutionWorkflows } from '../../adapters/temporal/executions/execution-workflows.ts';
import { createOrderHistories } from '../../adapters/temporal/orders/order-histories.ts';
import { createOrderWorkflows } from '../../adapters/temporal/orders/order-workflows.ts';
import type { Broker, Brokers, ExecutionReport } from '../../contracts/broker-session/broker.ts';
import type { ExecutionWorkflows } from '../../contracts/executions/execution-workflows.ts';
import { orderWorkflowId } from '../../contracts/ids.ts';
import type { MarketData, Quote } from '../../contracts/market/market-data.ts';
import type { OrderTerms } from '../../contracts/orders/order.ts';
import type { WorkingOrder } from '../../contracts/orders/order-store.ts';
import type { OrderWorkflows } from '../../contracts/orders/order-workflows.ts';
import { ATTENTION_NEEDED, type OrderProgress } from '../../contracts/orders/workflow-messages.ts';
import { ORDERS_TASK_QUEUE } from '../../contracts/task-queues.ts';
import { xnysCalendar } from '../../domain/market/xnys.ts';
import { bind } from '../../use-cases/bind.ts';
import { findUnbooked } from '../../use-cases/broker-session/answered-reports.ts';
import { deliverReports } from '../../use-cases/broker-session/deliver-reports.ts';
import { bookLateExecution } from '../../use-cases/executions/book-late-execution.ts';
import { createEarlyStarts } from '../../use-cases/orders/early-starts.ts';
import { orderSteps } from '../../use-cases/orders/order-steps.ts';
import { type SubmitOrderDeps, submitOrder } from '../../use-cases/orders/submit-order.ts';
import type { FundedAccount } from '../support/accounts.ts';
import {
  createEngineBroker,
  type EngineBroker,
  type MarketQuote,
} from '../support/engine-broker.ts';
import { UNLIMITED } from '../support/raised-limits.ts';
import { TEST_SECRETS } from '../support/service-tokens.ts';
import { createTestDatabase } from '../support/services.ts';
import { untilPolling } from '../support/shared-worker.ts';
import { useTimeSkipping } from '../support/time-skipping.ts';
import { useWorkflowBundle } from '../support/workflow-bundle.ts';
import { createMarketTime, type MarketTime } from './market-time.ts';
import { until } from './until.ts';

export const SYMBOL = 'AAPL';
const ATTENTION = defineSearchAttributeKey(ATTENTION_NEEDED, SearchAttributeType.BOOL);

/**
 * The order path whole: submission, workflow, activities and Postgres as they are, before a venue
 * and a clock that the test moves.
 */
export interface TableRig {
  readonly database: Database;
  readonly workflows: OrderWorkflows;
  readonly executions: ExecutionWorkflows;
  readonly client: Client;
  readonly time: MarketTime;
  /** The venue of the present case. */
  venue(): EngineBroker;
  /** A new venue, at this moment of the market. */
  begin(marketMs: number): Promise<void>;
  /**
   * The market moves now: the venue works it, its reports are delivered, and a decision on an order
   * stands on it.
   */
  quote(numbers: MarketQuote): Promise<void>;
  submit(account: FundedAccount, terms: OrderTerms): Promise<string>;
  /**
   * Lets time pass; what becomes due at the venue meanwhile happens at its time, and is delivered.
   */
  advanceTo(marketMs: number): Promise<void>;
  /** The venue answers again; with its stream of reports, unless that stays down. */
  comeBack(options: { withStream: boolean }): Promise<void>;
  read(orderId: string): Promise<WorkingOrder>;
  needsAttention(orderId: string): Promise<boolean>;
  /** Waits until the order's workflow waits for a time: before that none may skip. */
  waits(orderId: string): Promise<void>;
  /** Waits until the order's workflow has completed, without letting time skip. */
  result(orderId: string): Promise<OrderProgress>;
  /** How many reports were told to orders that the venue knows nothing of. */
  unconfirmed(): number;
  stop(): Promise<void>;
}

export async function createTableRig(): Promise<TableRig> {
  const database = openDatabase((await createTestDatabase()).url, {
    poolSize: 8,
    applicationName: 'orders-table',
  });
  await database.sql`insert into instruments (symbol, name, exchange) values (${SYMBOL}, 'Apple Inc.', 'NASDAQ')`;
  const workflowBundle = await useWorkflowBundle();
  const env = await useTimeSkipping();
  const time = createMarketTime(env, xnysCalendar);
  const venue = createVenueSide(time);
  const path = createOrderPath(env, database, time, venue);
  const worker = await createWorker(env, workflowBundle, path.activities, time.refresh);
  const running = worker.run();
  await untilPolling(env.client, ORDERS_TASK_QUEUE);
  const handleOf = (orderId: string) => env.client.workflow.getHandle(orderWorkflowId(orderId));

  async function deliver(): Promise<void> {
    if (venue.isStreamDown) return;
    await path.deliverReports(venue.current.takeReports().filter((report) => !report.inAnswer));
  }

  return {
    database,
    workflows: path.workflows,
    executions: path.executions,
    client: env.client,
    unconfirmed: path.unconfirmed,
    time,
    venue: () => venue.current,
    async begin(marketMs) {
      await time.begin(marketMs);
      venue.reset();
    },
    async quote(numbers) {
      await time.refresh();
      venue.quote(numbers);
      await deliver();
    },
    async submit({ caller }, terms) {
      await time.refresh();
      return (await path.submitOrder(caller, terms, null)).order.id;
    },
    async advanceTo(marketMs) {
      do {
        const dueMs = venue.current.nextDueMs();
        await time.sleepUntil(dueMs === null ? marketMs : Math.min(marketMs, time.toMarket(dueMs)));
        venue.current.catchUp();
        await deliver();
      } while (time.marketNow() < marketMs);
    },
    async comeBack({ withStream }) {
      await time.refresh();
      venue.current.mood = 'ANSWERING';
      venue.isStreamDown = !withStream;
      if (withStream) await path.pump(venue.current.takeReports());
    },
    async read(orderId) {
      const working = await path.orders.readWorkingOrder(orderId);
      if (!working) throw new Error(`there is no order ${orderId}`);
      return working;
    },
    needsAttention: async (orderId) =>
      (await handleOf(orderId).describe()).typedSearchAttributes.get(ATTENTION) === true,
    async waits(orderId) {
      const hasTimer = ({
        events,
      }: Awaited<ReturnType<ReturnType<typeof handleOf>['fetchHistory']>>) =>
        (events ?? []).some((event) => event.timerStartedEventAttributes);
      await until(() => handleOf(orderId).fetchHistory(), hasTimer, `order/${orderId} waits`);
    },
    async result(orderId) {
      const isOver = ({ status }: { status: { name: string } }) => status.name !== 'RUNNING';
      await until(() => handleOf(orderId).describe(), isOver, `workflow order/${orderId} is over`);
      // The environment's own client lets time skip while it waits for a result.
      const plain = new WorkflowClient({ connection: env.connection });
      return (await plain.getHandle(orderWorkflowId(orderId)).result()) as OrderProgress;
    },
    async stop() {
      worker.shutdown();
      await running;
      await env.teardown();
      await database.close();
    },
  };
}

/**
 * Each attempt of an activity learns what time it is: the server has skipped since the one before.
 */
async function createWorker(
  env: TestWorkflowEnvironment,
  workflowBundle: WorkflowBundle,
  activities: object,
  refresh: () => Promise<void>,
): Promise<Worker> {
  return Worker.create({
    connection: env.nativeConnection,
    taskQueue: ORDERS_TASK_QUEUE,
    workflowBundle,
    activities,
    interceptors: {
      activity: [
        () => ({
          inbound: {
            async execute(input, next) {
              await refresh();
              return next(input);
            },
          },
        }),
      ],
    },
  });
}

/** The venue and the quotes of the present case, as ports that stay the same. */
function createVenueSide(time: MarketTime) {
  let current = createEngineBroker(time.clock);
  let latest: Quote | null = null;
  const broker: Broker = {
    placeOrder: (order) => current.broker.placeOrder(order),
    cancelOrder: (id) => current.broker.cancelOrder(id),
    replaceOrder: (id, replacement) => current.broker.replaceOrder(id, replacement),
    getOrder: (id) => current.broker.getOrder(id),
    listStops: (ids) => current.broker.listStops(ids),
    streamExecutionReports: (after, signal) => current.broker.streamExecutionReports(after, signal),
  };
  const marketData: MarketData = {
    async getQuotes() {
      return { quotes: latest === null ? [] : [latest], unknownSymbols: [] };
    },
    async *streamQuotes() {},
    invalidateCache: async () => 0,
    warmCache: async () => 0,
  };
  const side = {
    broker,
    marketData,
    isStreamDown: false,
    get current(): EngineBroker {
      return current;
    },
    reset(): void {
      current = createEngineBroker(time.clock);
      latest = null;
      side.isStreamDown = false;
    },
    quote(numbers: MarketQuote): void {
      latest = {
        symbol: SYMBOL,
        ...numbers,
        sequence: (latest?.sequence ?? 0) + 1,
        time: new Date(time.clock()).toISOString(),
      };
      current.quote(SYMBOL, numbers);
    },
  };
  return side;
}

/** Use-cases, activities and adapters, wired as the API and the workers wire them. */
function createOrderPath(
  env: TestWorkflowEnvironment,
  database: Database,
  { clock, calendar }: MarketTime,
  { broker, marketData }: { broker: Broker; marketData: MarketData },
) {
  const logger = pino({ level: 'silent' });
  const orders = createOrderStore(database);
  const workflows = createOrderWorkflows(env.client);
  const executions = createExecutionWorkflows(env.client);
  const seals = createReportSeals([TEST_SECRETS.REPORT_SEAL_SECRET]);
  let unconfirmed = 0;
  const observer = {
    ...{ succeeded: () => {}, failed: () => {}, declined: () => {}, suspended: () => {} },
    breakRaised: () => {},
    reportsUnconfirmed: (count: number) => {
      unconfirmed += count;
    },
  };
  const brokers: Brokers = { of: () => broker };
  const deps = {
    ...{ orders, brokers, marketData, workflows, seals, observer, calendar, clock, logger },
    histories: createOrderHistories(env.client),
    breaks: createBreakStore(database),
    openOrdersMax: 500,
  };
  const steps = bind(deps, orderSteps);
  const session = { ...deps, executions };
  const deliver = (reports: readonly ExecutionReport[]) =>
    deliverReports(session, 'paper-broker', reports);
  const submitting: SubmitOrderDeps = {
    ...deps,
    rateLimits: UNLIMITED,
    earlyStarts: createEarlyStarts(),
    work: createWorkContext(),
  };
  return {
    orders,
    workflows,
    executions,
    unconfirmed: () => unconfirmed,
    deliverReports: deliver,
    ...bind(submitting, { submitOrder }),
    activities: {
      ...createOrderActivities(steps, observer),
      ...createExecutionActivities(bind(deps, { bookLateExecution }), observer),
    },
    /**
     * As the pump reads a stream that was down: of what an answer should have carried, what nobody
     * booked.
     */
    async pump(reports: readonly ExecutionReport[]): Promise<void> {
      const answered = reports.filter((report) => report.inAnswer);
      await deliver(reports.filter((report) => !report.inAnswer));
      await deliver(await findUnbooked(session, 'paper-broker', answered));
    },
  };
}
