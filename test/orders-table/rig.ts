import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, Worker } from '@temporalio/worker';
import { pino } from 'pino';
import { createExecutionActivities } from '../../activities/execution-activities.ts';
import { createOrderActivities } from '../../activities/order-activities.ts';
import { createBreakStore } from '../../adapters/postgres/break-store.ts';
import { type Database, openDatabase } from '../../adapters/postgres/database.ts';
import { createFillTrail } from '../../adapters/postgres/fill-trail.ts';
import { createOrderStore } from '../../adapters/postgres/order-store.ts';
import { createExecutionWorkflows } from '../../adapters/temporal/execution-workflows.ts';
import { createOrderWorkflows } from '../../adapters/temporal/order-workflows.ts';
import { orderWorkflowId } from '../../contracts/ids.ts';
import type { OrderTerms } from '../../contracts/orders.ts';
import type { Broker, ExecutionReport } from '../../contracts/ports/broker.ts';
import type { MarketData, Quote } from '../../contracts/ports/market-data.ts';
import type { WorkingOrder } from '../../contracts/ports/order-store.ts';
import type { OrderWorkflows } from '../../contracts/ports/order-workflows.ts';
import { ORDERS_TASK_QUEUE } from '../../contracts/task-queues.ts';
import { ATTENTION_NEEDED, type OrderProgress } from '../../contracts/workflow-messages.ts';
import { xnysCalendar } from '../../domain/calendar/xnys.ts';
import { createDeliverReports } from '../../use-cases/broker-session/deliver-reports.ts';
import { createFindUnbooked } from '../../use-cases/broker-session/find-unbooked.ts';
import { createBookLateExecution } from '../../use-cases/executions/book-late-execution.ts';
import { createRaiseBreak } from '../../use-cases/executions/raise-break.ts';
import { createAcceptOrder } from '../../use-cases/orders/accept-order.ts';
import { createOrderSteps } from '../../use-cases/orders/order-steps.ts';
import { createSubmitOrder } from '../../use-cases/orders/submit-order.ts';
import type { FundedAccount } from '../support/accounts.ts';
import { createEngineBroker, type EngineBroker, type MarketQuote } from '../support/engine-broker.ts';
import { registerAttention } from '../support/order-workflow-rig.ts';
import { createTestDatabase, useTimeSkipping } from '../support/services.ts';
import { createMarketTime, type MarketTime } from './market-time.ts';
import { until } from './until.ts';

export const SYMBOL = 'AAPL';
const INDEXED_KEYWORD = 2;
const ATTENTION = defineSearchAttributeKey(ATTENTION_NEEDED, SearchAttributeType.BOOL);

/** The order path whole: submission, workflow, activities and Postgres as they are, before a venue and a clock that the test moves. */
export interface TableRig {
  readonly database: Database;
  readonly workflows: OrderWorkflows;
  readonly time: MarketTime;
  /** The venue of the present case. */
  venue(): EngineBroker;
  /** A new venue, at this moment of the market. */
  begin(marketMs: number): Promise<void>;
  /** The market moves now: the venue works it, its reports are delivered, and a decision on an order stands on it. */
  quote(numbers: MarketQuote): Promise<void>;
  submit(account: FundedAccount, terms: OrderTerms): Promise<string>;
  /** Lets time pass; what becomes due at the venue meanwhile happens at its time, and is delivered. */
  advanceTo(marketMs: number): Promise<void>;
  /** The venue answers again; with its stream of reports, unless that stays down. */
  comeBack(options: { withStream: boolean }): Promise<void>;
  read(orderId: string): Promise<WorkingOrder>;
  needsAttention(orderId: string): Promise<boolean>;
  /** Waits until the order's workflow has completed, without letting time skip. */
  result(orderId: string): Promise<OrderProgress>;
  stop(): Promise<void>;
}

export async function createTableRig(): Promise<TableRig> {
  const database = openDatabase((await createTestDatabase()).url, { poolSize: 8, applicationName: 'orders-table' });
  await database.sql`insert into instruments (symbol, name, exchange) values (${SYMBOL}, 'Apple Inc.', 'NASDAQ')`;
  const env = await createServer();
  const time = createMarketTime(env, xnysCalendar);
  const venue = createVenueSide(time);
  const path = createOrderPath(env, database, time, venue);
  const worker = await createWorker(env, path.activities, time.refresh);
  const running = worker.run();
  const handleOf = (orderId: string) => env.client.workflow.getHandle(orderWorkflowId(orderId));

  async function deliver(): Promise<void> {
    if (venue.isStreamDown) return;
    await path.deliverReports(venue.current.takeReports().filter((report) => !report.inAnswer));
  }

  return {
    database,
    workflows: path.workflows,
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
    needsAttention: async (orderId) => (await handleOf(orderId).describe()).typedSearchAttributes.get(ATTENTION) === true,
    async result(orderId) {
      const isOver = ({ status }: { status: { name: string } }) => status.name !== 'RUNNING';
      await until(() => handleOf(orderId).describe(), isOver, `workflow order/${orderId} is over`);
      return (await handleOf(orderId).result()) as OrderProgress;
    },
    async stop() {
      worker.shutdown();
      await running;
      await env.teardown();
      await database.close();
    },
  };
}

async function createServer(): Promise<TestWorkflowEnvironment> {
  const executable = { type: 'existing-path', path: await useTimeSkipping() } as const;
  const env = await TestWorkflowEnvironment.createTimeSkipping({ server: { executable } });
  await registerAttention(env);
  const searchAttributes = { AccountId: INDEXED_KEYWORD, Symbol: INDEXED_KEYWORD };
  await env.connection.operatorService.addSearchAttributes({ namespace: env.namespace ?? 'default', searchAttributes });
  return env;
}

/** Each attempt of an activity learns what time it is: the server has skipped since the one before. */
async function createWorker(env: TestWorkflowEnvironment, activities: object, refresh: () => Promise<void>): Promise<Worker> {
  return Worker.create({
    connection: env.nativeConnection,
    taskQueue: ORDERS_TASK_QUEUE,
    workflowBundle: await bundleWorkflowCode({ workflowsPath: new URL('../../workflows/index.ts', import.meta.url).pathname }),
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
      latest = { symbol: SYMBOL, ...numbers, sequence: (latest?.sequence ?? 0) + 1, time: new Date(time.clock()).toISOString() };
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
  const raiseBreak = createRaiseBreak({ breaks: createBreakStore(database), observer: { breakRaised: () => {} }, logger });
  const deps = { orders, broker, marketData, workflows, raiseBreak, observer: { suspended: () => {} }, calendar, clock, logger };
  const steps = createOrderSteps(deps);
  const observer = { succeeded: () => {}, failed: () => {} };
  const { bookReports } = steps;
  const bookLateExecution = createBookLateExecution({ orders, fills: createFillTrail(database), workflows, bookReports, raiseBreak });
  const deliverReports = createDeliverReports({ orders, workflows, executions, logger });
  const findUnbooked = createFindUnbooked(orders);
  return {
    orders,
    workflows,
    deliverReports,
    submitOrder: createSubmitOrder({ ...deps, acceptOrder: createAcceptOrder(deps) }),
    activities: { ...createOrderActivities(steps, observer), ...createExecutionActivities({ bookLateExecution }, observer) },
    /** As the pump reads a stream that was down: of what an answer should have carried, what nobody booked. */
    async pump(reports: readonly ExecutionReport[]): Promise<void> {
      await deliverReports(reports.filter((report) => !report.inAnswer));
      await deliverReports(await findUnbooked(reports.filter((report) => report.inAnswer)));
    },
  };
}
