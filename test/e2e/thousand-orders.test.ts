import { afterAll, beforeAll, expect, it } from 'vitest';
import { orderWorkflowId } from '../../contracts/ids.ts';
import type { OrderStatus } from '../../domain/orders/order.ts';
import { expectBooksInOrder } from '../support/books-in-order.ts';
import type { OrderRequest } from '../support/e2e-client.ts';
import { type E2eStack, startE2eStack, type Trader } from '../support/e2e-stack.ts';
import { PRICES } from '../support/test-stack.ts';
import { HUB_RULES } from '../support/trading-hub-rules.ts';
import { checkInvariants } from '../support/trading-invariants.ts';
import { chooseFrom, seededRandom, waitUntilAllClosed } from '../support/trading-load.ts';
import { undone } from '../support/undone.ts';
import { volume } from '../support/volume.ts';

const ORDERS = volume(300, 1_000);
const CLIENTS = 50;
const ACCOUNTS = 20;
const SEED = 20_261_124;
const SYMBOLS = Object.keys(PRICES);

interface Outcome {
  trader: Trader;
  orderId: string;
  answered: number;
  code: string | null;
}

let e2e: E2eStack;
let outcomes: Outcome[];

/** Prices that move and quotes of 20 shares, so that some orders are filled in parts. */
beforeAll(async () => {
  e2e = await startE2eStack({
    env: {
      'market-data': { SIMULATOR_VOLATILITY: '0.0005', SIMULATOR_SIZE: '20' },
    },
  });
  outcomes = await sendOrders(await e2e.createTraders(ACCOUNTS, '30000.00'));
  await waitUntilAllClosed(e2e.hub);
});

afterAll(() => e2e?.stop());

function chooseOrder(random: () => number): OrderRequest {
  const isBuy = random() < 0.65;
  const shares = 1 + Math.floor(random() * 15);
  const quantity = random() < 0.3 ? `${shares}.${1 + Math.floor(random() * 999)}` : String(shares);
  return {
    symbol: chooseFrom(SYMBOLS, random),
    side: isBuy ? 'BUY' : 'SELL',
    type: 'MARKET',
    timeInForce: 'DAY',
    quantity,
  };
}

/**
 * 50 clients that each send one order after the other; a third has a key, and some of those are
 * sent once more.
 */
async function sendOrders(traders: readonly Trader[]): Promise<Outcome[]> {
  const random = seededRandom(SEED);
  const sent: Outcome[] = [];
  let next = 0;
  const sendOne = async (index: number): Promise<void> => {
    const trader = chooseFrom(traders, random);
    const order = chooseOrder(random);
    const key = random() < 0.33 ? `key-${index}` : undefined;
    const isRepeated = key !== undefined && random() < 0.2;
    const first = await trader.submit(order, key);
    const orderId = first.status === 202 ? first.body.id : (first.body.orderId ?? '');
    sent.push({
      trader,
      orderId,
      answered: first.status,
      code: first.status === 202 ? null : first.body.code,
    });
    if (!isRepeated) return;
    const again = await trader.submit(order, key);
    expect({ status: again.status, text: again.text }).toEqual({
      status: first.status,
      text: first.text,
    });
  };
  const client = async (): Promise<void> => {
    while (next < ORDERS) await sendOne(next++);
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return sent;
}

it(`answers each of ${ORDERS} orders with an order, accepted or rejected for a reason`, () => {
  expect(outcomes).toHaveLength(ORDERS);
  expect(new Set(outcomes.map((outcome) => outcome.orderId)).size).toBe(ORDERS);
  const rejected = outcomes.filter((outcome) => outcome.answered !== 202);
  const reasons = new Set(rejected.map(({ answered, code }) => `${answered} ${code}`));
  expect([...reasons].sort()).toEqual([
    '422 INSUFFICIENT_BUYING_POWER',
    '422 INSUFFICIENT_POSITION',
  ]);
  expect(outcomes.length - rejected.length).toBeGreaterThan(ORDERS / 4);
});

it('ends every order FILLED or REJECTED, as its answer said', async () => {
  const rows = await e2e.hub<
    { id: string; status: OrderStatus; reject_code: string | null }[]
  >`select id, status, reject_code from orders`;
  const ended = new Map(rows.map((row) => [row.id, row]));
  expect(ended.size).toBe(ORDERS);
  for (const { orderId, code } of outcomes) {
    expect(ended.get(orderId)).toMatchObject(
      code === null
        ? { status: 'FILLED', reject_code: null }
        : { status: 'REJECTED', reject_code: code },
    );
  }
});

it('has each filled order at the broker once and each fill booked once', async () => {
  const atVenue = await e2e.venue<
    { client_order_id: string }[]
  >`select client_order_id from orders`;
  const placed = atVenue.map((row) => row.client_order_id);
  const accepted = outcomes
    .filter((outcome) => outcome.code === null)
    .map((outcome) => outcome.orderId);
  expect(placed.toSorted()).toEqual(accepted.toSorted());

  const trades = await e2e.venue<{ id: string }[]>`
    select 'PB-' || venue_id || '-' || sequence as id from execution_reports, venue where exec_type = 'TRADE'`;
  const booked = await e2e.hub<{ id: string }[]>`select broker_execution_id as id from executions`;
  expect(booked.map((row) => row.id).sort()).toEqual(trades.map((row) => row.id).sort());
  console.info(`${accepted.length} orders filled by ${trades.length} trades`);
  expect(trades.length).toBeGreaterThan(accepted.length);
});

it('leaves no hold and books that add up to the cent', async () => {
  expect(await e2e.hub`select 1 from holds where remaining > 0`).toHaveLength(0);
  await expectBooksInOrder(e2e);
});

it('has one workflow for each accepted order, and all have completed', async () => {
  const completed = new Set<string>();
  const query = "WorkflowType = 'order' and ExecutionStatus = 'Completed'";
  for await (const { workflowId } of e2e.temporal.workflow.list({ query }))
    completed.add(workflowId);
  const accepted = await e2e.hub<{ id: string }[]>`select id from orders where status = 'FILLED'`;
  expect(accepted.filter(({ id }) => !completed.has(orderWorkflowId(id)))).toEqual([]);
  expect(
    (await e2e.temporal.workflow.count("WorkflowType = 'order' and ExecutionStatus = 'Running'"))
      .count,
  ).toBe(0);
});

const ONE_EXECUTION = '(select broker_execution_id from executions order by 1 limit 1)';
const ONE_CLOSED_ORDER = "(select id from orders where status = 'FILLED' order by id limit 1)";

/** Each breaks one thing in the hub's books, as a defect or a hand in the database would. */
const CORRUPTIONS: readonly [rule: string, statement: string][] = [
  [
    'the balances of an account sum to zero in each asset',
    "update ledger_accounts set balance = balance + 0.01 where kind = 'CLEARING' and asset = 'USD'",
  ],
  [
    'customer cash and clearing together are what was deposited',
    "update ledger_accounts set balance = balance - 0.01 where kind = 'DEPOSITS'",
  ],
  [
    'a ledger balance is the sum of its transfers',
    "update ledger_transfers set amount = amount + 1 where key = (select key from ledger_transfers where code = 'RELEASE' limit 1)",
  ],
  [
    'the ledger holds as many shares as the position',
    'update positions set quantity = quantity + 0.00000001 where quantity > 0',
  ],
  [
    'buying power is settled plus unsettled cash',
    'update accounts set buying_power = buying_power + 0.01',
  ],
  [
    'an order is filled by its executions',
    `delete from executions where broker_execution_id = ${ONE_EXECUTION}`,
  ],
  [
    'the cash of the executions of an order is their notional, rounded once against the customer',
    `update executions set cash = cash + 0.01 where broker_execution_id = ${ONE_EXECUTION}`,
  ],
  [
    'no purchase is for nothing',
    "update executions set cash = 0 where id = (select id from executions where side = 'BUY' limit 1)",
  ],
  [
    'what rounding leaves is the house’s, in clearing',
    "update ledger_accounts set balance = balance - 1 where kind = 'CLEARING' and asset = 'USD'",
  ],
  [
    'money moves in whole cents',
    "update ledger_transfers set amount = amount + 0.001 where key = (select key from ledger_transfers where code = 'RELEASE' limit 1)",
  ],
  [
    'held cash is what open orders hold',
    "update ledger_accounts set balance = balance + 1 where kind = 'CASH_HELD'",
  ],
  [
    'held shares are what open orders hold',
    'update positions set held_quantity = 0.5 where quantity > 1',
  ],
  [
    'a closed order holds nothing',
    `update holds set remaining = amount where order_id = ${ONE_CLOSED_ORDER}`,
  ],
  [
    'a covered sale holds the shares that it may still sell',
    "update orders set status = 'NEW', filled_quantity = 0 where side = 'SELL' and status = 'FILLED'",
  ],
  [
    'an execution is posted once, in cash and in shares',
    `delete from ledger_transfers where code = 'TRADE_SECURITIES' and execution_id = (select id from executions limit 1)`,
  ],
  [
    'no trade is posted without an execution',
    "update ledger_transfers set execution_id = null where key = (select key from ledger_transfers where code = 'TRADE_CASH' limit 1)",
  ],
  [
    'a position is the sum of its executions',
    `update executions set side = 'SELL' where side = 'BUY'`,
  ],
  [
    'sales less purchases are the realized gain less the basis',
    'update positions set realized_pnl = realized_pnl + 0.01',
  ],
  [
    'an execution has a settlement instruction, which is posted once when it is settled and never before',
    "update settlement_instructions set status = 'SETTLED', settled_at = now() where execution_id = (select id from executions limit 1)",
  ],
  [
    'unsettled and held cash are the net of what has not settled',
    "update ledger_accounts set balance = balance + 0.01 where kind = 'CASH_UNSETTLED'",
  ],
  [
    'unsettled shares are the net of what has not settled',
    "update ledger_accounts set balance = balance + 1 where kind = 'SECURITIES_UNSETTLED'",
  ],
  [
    'an order that is full is closed',
    `update orders set status = 'PARTIALLY_FILLED' where id = ${ONE_CLOSED_ORDER}`,
  ],
  ['an order has an audit trail', `delete from audit_events where order_id = ${ONE_CLOSED_ORDER}`],
  ['the venue has only orders of ours', `delete from orders where id = ${ONE_CLOSED_ORDER}`],
  [
    'an order is the same in both books',
    `update orders set symbol = 'ZZZ' where id = ${ONE_CLOSED_ORDER}`,
  ],
  [
    'an order stands the same in both books',
    `update orders set status = 'CANCELED' where id = ${ONE_CLOSED_ORDER}`,
  ],
  [
    'each trade of the venue is one execution of ours',
    `update executions set price = price + 0.01 where broker_execution_id = ${ONE_EXECUTION}`,
  ],
];

const VENUE_CORRUPTIONS: readonly [rule: string, statement: string][] = [
  [
    'the venue has only orders of ours',
    "insert into orders (client_order_id, first_sequence, terms, standing, status, filled_quantity, leaves_quantity) select gen_random_uuid(), first_sequence, terms, standing, 'CANCELED', 0, 0 from orders limit 1",
  ],
  [
    'what the venue acknowledged is at the venue',
    'delete from orders where client_order_id = (select min(client_order_id) from orders)',
  ],
  [
    'each trade of the venue is one execution of ours',
    "delete from execution_reports where sequence = (select min(sequence) from execution_reports where exec_type = 'TRADE')",
  ],
];

it.each(CORRUPTIONS)('finds it when this does not hold in the hub: %s', async (rule, statement) => {
  await undone(e2e.hub, async (tx) => {
    await tx.unsafe(statement);
    expect((await checkInvariants(tx, e2e.venue)).map((violation) => violation.rule)).toContain(
      rule,
    );
  });
});

it.each(VENUE_CORRUPTIONS)(
  'finds it when this does not hold at the venue: %s',
  async (rule, statement) => {
    await undone(e2e.venue, async (tx) => {
      await tx.unsafe(statement);
      expect((await checkInvariants(e2e.hub, tx)).map((violation) => violation.rule)).toContain(
        rule,
      );
    });
  },
);

it('has a corruption for every rule of the hub', () => {
  expect(CORRUPTIONS.map(([rule]) => rule)).toEqual(expect.arrayContaining(Object.keys(HUB_RULES)));
});
