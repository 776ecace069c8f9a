import { afterAll, beforeAll, expect, it } from 'vitest';
import { waitUntil } from '../../dev/wait-until.ts';
import {
  cancelAndWait,
  IBM,
  replaceOrder,
  submit,
  waitForRest,
  waitForStatus,
  workflowOf,
} from '../histories/order-steps.ts';
import type { PlayedWorkflow } from '../histories/scenario.ts';
import { type Stage, startStage } from '../histories/stage.ts';
import { expectBooksInOrder } from '../support/books-in-order.ts';
import { buyLimit, buyMarket } from '../support/e2e-client.ts';
import type { Trader } from '../support/e2e-stack.ts';
import { createResetCli, type ResetCli } from '../support/reset-cli.ts';
import { countAll, readRows } from '../support/reset-snapshot.ts';
import { currentRun, readStanding, waitForStanding } from '../support/reset-standing.ts';

const TRADERS = 4;
const TIMEOUT_MS = 180_000;
const PATIENCE = { timeoutMs: 120_000, everyMs: 100 };

let stage: Stage;
let cli: ResetCli;

beforeAll(async () => {
  stage = await startStage({ workers: 'quick' });
  cli = await createResetCli(stage.e2e.stack);
});

afterAll(() => stage?.stop());

interface Book {
  workflows: PlayedWorkflow[];
  /** Orders at rest, of the trader. */
  resting: string[];
}

/**
 * A trader's orders: three at rest, four that are filled, a sale, two that are canceled, one that
 * is replaced by one at rest, and one that is rejected.
 */
async function trade(trader: Trader): Promise<Book> {
  const placed = async (
    request: Parameters<typeof submit>[1],
    status: Parameters<typeof waitForStatus>[2],
  ): Promise<string> => {
    const { id } = await submit(trader, request);
    await waitForStatus(trader, id, status);
    return id;
  };
  const resting: string[] = [];
  const ended: string[] = [];
  for (let one = 0; one < 3; one++)
    resting.push(await placed(buyLimit('IBM', `${one + 1}`, IBM.rests), 'NEW'));
  for (let one = 0; one < 4; one++)
    ended.push(await placed(buyMarket('MSFT', `${one + 1}`), 'FILLED'));
  ended.push(await placed({ ...buyMarket('MSFT', '2'), side: 'SELL' }, 'FILLED'));
  for (let one = 0; one < 2; one++) {
    const id = await placed(buyLimit('IBM', '1', IBM.rests), 'NEW');
    await cancelAndWait(trader, id);
    ended.push(id);
  }
  const original = await placed(buyLimit('IBM', '2', IBM.rests), 'NEW');
  const { body } = await replaceOrder(trader, original, { quantity: '3', limitPrice: '120.50' });
  await waitForStatus(trader, body.id, 'NEW');
  const rejected = await trader.submit(buyMarket('IBM', '100000'));
  ended.push(original, rejected.body.orderId ?? '');
  resting.push(body.id);
  return { workflows: [...resting, ...ended].map((id) => workflowOf(id)), resting };
}

async function listBatches() {
  const { workflowService } = stage.e2e.temporal;
  const request = { namespace: 'default', pageSize: 100 };
  return (await workflowService.listBatchOperations(request)).operationInfo;
}

/** Returns once the server lists so many batch jobs, and all are done. */
async function waitForBatches(count: number): Promise<void> {
  const areDone = async (): Promise<boolean> => {
    const batches = await listBatches();
    return batches.length === count && batches.every(({ closeTime }) => closeTime);
  };
  await waitUntil(areDone, { ...PATIENCE, message: 'the batch reset does not end' });
}

it(
  'doubles and loses nothing of fifty orders of all kinds that one command resets, and once more with all their runs',
  async () => {
    const traders = await stage.e2e.createTraders(TRADERS, '100000.00');
    const accountIds = traders.map(({ account }) => account.accountId);
    const books: Book[] = [];
    for (const trader of traders) books.push(await trade(trader));
    const workflows = books.flatMap((book) => book.workflows);
    for (const workflow of workflows) await waitForRest(stage, workflow);
    const read = async () => ({
      rows: await readRows(stage.e2e, accountIds),
      counts: await countAll(stage.e2e),
    });
    const before = await read();
    const standings = await Promise.all(
      workflows.map(({ workflowId }) => readStanding(stage, workflowId)),
    );
    const query = `WorkflowType = 'order' and AccountId in (${accountIds.map((id) => `'${id}'`).join(', ')})`;
    const isListed = async () =>
      (await stage.e2e.temporal.workflow.count(query)).count === workflows.length;
    await waitUntil(isListed, { ...PATIENCE, message: 'not all orders are listed' });

    for (let round = 1; round <= 2; round++) {
      const runs = await Promise.all(workflows.map((workflow) => currentRun(stage, workflow)));
      const batchesBefore = (await listBatches()).length;
      await cli.batch(query, 'FirstWorkflowTask');
      await waitForBatches(batchesBefore + 1);
      for (const [index, { workflowId }] of workflows.entries()) {
        const standing = standings[index];
        if (!standing) throw new Error('it stood somewhere before');
        await waitForStanding(stage, workflowId, standing);
        expect((await currentRun(stage, { label: 'order', workflowId })).runId).not.toBe(
          runs[index]?.runId,
        );
      }
      expect(await read()).toEqual(before);
      console.info(
        `batch reset ${round}: ${workflows.length} workflows, ${(await stage.e2e.temporal.workflow.count(query)).count} runs by now`,
      );
    }

    await stage.move('IBM', IBM.crosses);
    for (const [index, { resting }] of books.entries()) {
      for (const id of resting) await waitForStatus(traders[index] as Trader, id, 'FILLED');
    }
    expect(await stage.e2e.hub`select order_id from holds where remaining > 0`).toEqual([]);
    await expectBooksInOrder(stage.e2e);
  },
  TIMEOUT_MS,
);
