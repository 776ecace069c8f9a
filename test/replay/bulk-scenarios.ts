import { randomUUID } from 'node:crypto';
import { RECONCILIATION_WORKFLOW } from '../../contracts/broker-session/reconciliation.ts';
import { bulkWorkflowId } from '../../contracts/ids.ts';
import type { BulkProgress } from '../../contracts/operators/bulk-operations.ts';
import { OPERATIONS_TASK_QUEUE } from '../../contracts/task-queues.ts';
import {
  fill,
  rest,
  waitForStatus,
  waitForWorkflowEnd,
  workflowOf,
} from '../histories/order-steps.ts';
import type { Scenario } from '../histories/scenario.ts';

/** What operators ask of many orders at once. */
export const BULK: readonly Scenario[] = [
  {
    name: 'bulk-cancel',
    title: 'an operation that cancels all open orders of an account',
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      const { accountId } = trader.account;
      const orders = [await rest(trader), await rest(trader)];
      const { status, body, text } = await stage.operator.send<BulkProgress>(
        'POST',
        '/v1/admin/bulk-operations',
        {
          body: { action: 'CANCEL', filter: { accountId }, reason: 'the account is closed' },
          headers: { 'Idempotency-Key': randomUUID() },
        },
      );
      if (status !== 202) throw new Error(`the operation was not accepted: ${status} ${text}`);
      for (const { id } of orders) await waitForStatus(trader, id, 'CANCELED');
      await waitForWorkflowEnd(stage, bulkWorkflowId(body.id));
      const bulk = { label: 'bulk-operation', workflowId: bulkWorkflowId(body.id) };
      return {
        workflows: [bulk, ...orders.map(({ id }, index) => workflowOf(id, `order-${index + 1}`))],
        accountIds: [accountId],
      };
    },
  },
  {
    name: 'reconciliation',
    title: 'a comparison of all three records of an order that rests',
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      const order = await rest(trader);
      const workflowId = 'reconciliation/paper-broker';
      await stage.e2e.temporal.workflow.start(RECONCILIATION_WORKFLOW, {
        workflowId,
        taskQueue: OPERATIONS_TASK_QUEUE,
        args: ['paper-broker'],
      });
      await waitForWorkflowEnd(stage, workflowId);
      return {
        workflows: [{ label: 'reconciliation', workflowId }],
        accountIds: [trader.account.accountId],
        end: () => fill(stage, trader, order, 10, '10'),
      };
    },
  },
];
