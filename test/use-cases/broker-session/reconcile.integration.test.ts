import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../../adapters/postgres/database.ts';
import type { OrderSubmission } from '../../../contracts/orders/order.ts';
import type { OrderStanding } from '../../../contracts/orders/workflow-messages.ts';
import { reconcile } from '../../../use-cases/broker-session/reconcile.ts';
import { createLostOrders, LIMIT } from '../../support/lost-orders.ts';
import { orderSubmission } from '../../support/order-steps-rig.ts';
import { createTestDatabase } from '../../support/services.ts';

let database: Database;

beforeEach(async () => {
  database = openDatabase((await createTestDatabase()).url, {
    poolSize: 8,
    applicationName: 'test',
  });
  await database.sql`insert into instruments (symbol, name, exchange) values ('AAPL', 'Apple Inc.', 'NASDAQ')`;
});
afterEach(() => database?.close());

/** Books, a venue and a Temporal, of which each may know what the others do not. */
async function createRecords() {
  const rig = await createLostOrders(database);
  const running = new Set<string>();
  const completed = new Set<string>();
  const undecided = new Set<string>();
  const told: string[] = [];
  const restarted: string[] = [];
  const deps = {
    ...rig.deps,
    workflows: {
      ...rig.deps.workflows,
      async *listRunning() {
        yield* running;
      },
      restartOrder: async ({ orderId }: OrderSubmission) => void restarted.push(orderId),
      reportExecutions: async (orderId: string) => {
        told.push(orderId);
        return 'DELIVERED' as const;
      },
    },
    histories: {
      ...rig.deps.histories,
      readStanding: async (orderId: string) =>
        undecided.has(orderId) ? null : ({ orderId } as OrderStanding),
      hasCompleted: async (orderId: string) => completed.has(orderId),
    },
  };
  const statusOf = async (orderId: string): Promise<string | undefined> =>
    (await database.sql`select status from orders where id = ${orderId}`)[0]?.status;

  /** Accepted long ago, and at the venue as the script says; `null`: it never got there. */
  async function open(script: 'rest' | null): Promise<string> {
    const submission = orderSubmission(rig.accountId, LIMIT);
    if (script === null) await rig.acceptOrder(submission);
    else {
      rig.venue.script(script);
      await rig.executeOrder(submission, { askFirst: false, isReleased: false });
    }
    return submission.orderId;
  }

  async function reconcileAll() {
    const { differences } = await reconcile(deps, 'paper-broker', {
      signal: new AbortController().signal,
      onProgress: () => {},
    });
    return Object.fromEntries(
      Object.entries(differences).map(([kind, { orderIds }]) => [kind, orderIds]),
    );
  }

  return { ...rig, running, completed, undecided, told, restarted, statusOf, open, reconcileAll };
}

it('finds nothing where all three say the same', async () => {
  const { open, running, reconcileAll } = await createRecords();
  running.add(await open('rest'));
  expect(await reconcileAll()).toEqual({});
});

it('books what the venue is ahead with, and tells the workflow that runs', async () => {
  const { open, running, venue, told, statusOf, reconcileAll } = await createRecords();
  const orderId = await open('rest');
  running.add(orderId);
  await venue.broker.cancelOrder(orderId);
  expect(await reconcileAll()).toEqual({ CORRECTED: [orderId] });
  expect(await statusOf(orderId)).toBe('CANCELED');
  expect(told).toEqual([orderId]);
});

it('tells a workflow that runs again that its order has ended', async () => {
  const { open, running, cancelAtBroker, told, reconcileAll } = await createRecords();
  const orderId = await open('rest');
  const options = { actor: 'client', mayBeAtBroker: true, mayBeOnItsWay: false };
  await cancelAtBroker(orderId, options);
  running.add(orderId);
  expect(await reconcileAll()).toEqual({ TOLD: [orderId] });
  expect(told).toEqual([orderId]);
});

it('restores an order that the venue has and the books have lost, though its workflow runs', async () => {
  const { lose, running, statusOf, reconcileAll } = await createRecords();
  const { orderId } = await lose('rest', LIMIT);
  running.add(orderId);
  expect(await reconcileAll()).toEqual({ RESTORED: [orderId] });
  expect(await statusOf(orderId)).toBe('NEW');
  expect(await reconcileAll()).toEqual({});
});

it('decides anew on an order that was accepted and that nobody has but its workflow', async () => {
  const { accountId, remembered, running, statusOf, reconcileAll } = await createRecords();
  const acceptBy = '2026-11-24T14:30:10.000Z';
  const submission = orderSubmission(accountId, { ...LIMIT, acceptBy });
  remembered.set(submission.orderId, submission);
  running.add(submission.orderId);
  expect(await reconcileAll()).toEqual({ DECIDED_ANEW: [submission.orderId] });
  expect(await statusOf(submission.orderId)).toBe('PENDING_NEW');
});

it('leaves an order alone on which nobody ever decided: its client was told so', async () => {
  const records = await createRecords();
  const submission = orderSubmission(records.accountId, LIMIT);
  records.remembered.set(submission.orderId, submission);
  records.running.add(submission.orderId);
  records.undecided.add(submission.orderId);
  expect(await records.reconcileAll()).toEqual({});
  expect(await records.statusOf(submission.orderId)).toBeUndefined();
});

it('gives an open order without a workflow a new one', async () => {
  const { open, reconcileAll, restarted } = await createRecords();
  const [resting, waiting] = [await open('rest'), await open(null)];
  const { STARTED, ...others } = await reconcileAll();
  expect(STARTED?.toSorted()).toEqual([resting, waiting].toSorted());
  expect(restarted.toSorted()).toEqual([resting, waiting].toSorted());
  expect(others).toEqual({});
});

it('ends an order that its workflow had ended, and sends it to nobody', async () => {
  const { open, completed, venue, statusOf, books, reconcileAll } = await createRecords();
  const orderId = await open(null);
  completed.add(orderId);
  expect(await reconcileAll()).toEqual({ ENDED: [orderId] });
  expect(await statusOf(orderId)).toBe('CANCELED');
  expect(venue.placed).toEqual([]);
  expect(await books()).toMatchObject({ held: '0.00', openHolds: 0 });
});

it('goes on when one order cannot be compared, and says which', async () => {
  const { lose, running, statusOf, reconcileAll } = await createRecords();
  running.add('00000000-0000-4000-8000-000000000001');
  const { orderId } = await lose('rest', LIMIT);
  running.add(orderId);
  const found = await reconcileAll();
  expect(found).toMatchObject({
    FAILED: ['00000000-0000-4000-8000-000000000001'],
    RESTORED: [orderId],
  });
  expect(await statusOf(orderId)).toBe('NEW');
});
