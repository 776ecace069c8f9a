import { setTimeout as sleep } from 'node:timers/promises';
import type postgres from 'postgres';
import type { Order } from '../../contracts/orders/order.ts';
import { answersOk, waitUntil } from '../../dev/wait-until.ts';
import type { Answer, OrderRequest, ProblemBody } from './e2e-client.ts';
import type { OwnE2eStack, Trader } from './e2e-stack.ts';

const RECOVERY_MS_MAX = 60_000;
const RETRY_AFTER_MS = 500;

/** Starts whatever does not run and waits until all parts say that they are ready. */
export async function healStack({ stack, setFault }: OwnE2eStack): Promise<void> {
  for (const service of Object.values(stack.services)) await service.start();
  for (const managed of Object.values(stack.processes)) await managed.start();
  await setFault({ mode: 'NONE' });
  const { api, workersMetrics, paperBroker, marketData } = stack.urls;
  const isReady = async () =>
    (
      await Promise.all(
        [api, workersMetrics, paperBroker, marketData].map((url) =>
          answersOk(`${url}/health/ready`),
        ),
      )
    ).every(Boolean);
  await waitUntil(isReady, {
    timeoutMs: RECOVERY_MS_MAX,
    everyMs: 200,
    message: 'the system has not recovered',
  });
}

/**
 * What a client does on 503 or a broken connection: the same request again under the same key,
 * until it is answered.
 */
export async function submitUntilAnswered(
  trader: Trader,
  order: OrderRequest,
  key: string,
): Promise<Answer<Order & ProblemBody>> {
  const deadline = Date.now() + RECOVERY_MS_MAX;
  for (;;) {
    const answer = await trader.submit(order, key).catch((error: Error) => error);
    if (!(answer instanceof Error) && answer.status !== 503) return answer;
    if (Date.now() > deadline) throw new Error(`no answer for the key ${key}`, { cause: answer });
    await sleep(RETRY_AFTER_MS);
  }
}

export interface AccountTrace {
  buyingPower: string;
  orders: number;
  holds: number;
  transfers: number;
}

/**
 * What an account's orders have left in the database: its deposit is one transfer, and all else is
 * zero before the first order.
 */
export async function readTrace(hub: postgres.Sql, { account }: Trader): Promise<AccountTrace> {
  const [row] = await hub<AccountTrace[]>`
    select buying_power as "buyingPower",
      (select count(*)::int from orders o where o.account_id = a.id) as orders,
      (select count(*)::int from holds h where h.account_id = a.id and h.remaining > 0) as holds,
      (select count(*)::int from ledger_transfers t where t.account_id = a.id) as transfers
    from accounts a where a.id = ${account.accountId}`;
  if (!row) throw new Error('there is no such account');
  return { ...row };
}

export const UNTOUCHED: AccountTrace = {
  buyingPower: '100000.00',
  orders: 0,
  holds: 0,
  transfers: 1,
};
