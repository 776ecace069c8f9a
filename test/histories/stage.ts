import { fileURLToPath } from 'node:url';
import { createAccessTokens } from '../../adapters/security/access-tokens.ts';
import { createOrderWorkflows } from '../../adapters/temporal/orders/order-workflows.ts';
import type { OrderWorkflows } from '../../contracts/orders/order-workflows.ts';
import type { OperatorRequest } from '../../contracts/orders/workflow-messages.ts';
import { createE2eClient, type E2eClient } from '../support/e2e-client.ts';
import { type E2eStack, leaseE2eStack, startE2eStack } from '../support/e2e-stack.ts';
import {
  createMoveMarket,
  MANUAL_MARKET_ENTRY,
  type MoveMarket,
} from '../support/manual-market.ts';
import { isTestRun } from '../support/services.ts';
import { PRICES } from '../support/test-stack.ts';
import { type BreakableTable, createBrokenAccounts } from './broken-accounts.ts';

const QUICK_WORKERS_ENTRY = fileURLToPath(new URL('./quick-workers.ts', import.meta.url));
const SHARES_OFFERED = 1_000;

/**
 * Everything that a scenario is played with: the whole system, a market that moves when it is told
 * to, and an operator.
 */
export interface Stage {
  e2e: E2eStack;
  move: MoveMarket;
  /** The API, for one with the role OPERATOR. */
  operator: E2eClient;
  /** The same operator, where an update is sent to a workflow itself. */
  request: OperatorRequest;
  /** Workflows of orders as the API starts them, for what the API itself would never send. */
  orders: OrderWorkflows;
  /**
   * From now on no row of the account goes into that table: DATABASE_UNAVAILABLE for whoever writes
   * it. Returns how to mend it.
   */
  breakTable(table: BreakableTable, accountId: string): Promise<() => Promise<void>>;
  stop(): Promise<void>;
}

/**
 * `workers`: `quick` ones wait for moments where the real ones wait for minutes and hours
 * (quick-schedules.ts).
 */
export async function startStage({ workers }: { workers: 'real' | 'quick' }): Promise<Stage> {
  const isQuick = workers === 'quick';
  const e2e =
    isQuick && isTestRun()
      ? await leaseE2eStack('quick')
      : await startE2eStack({
          marketData: MANUAL_MARKET_ENTRY,
          workers: isQuick ? QUICK_WORKERS_ENTRY : undefined,
        });
  const breakTable = await createBrokenAccounts(e2e.hub);
  const { account } = await e2e.createTrader();
  const tokens = createAccessTokens(e2e.stack.env.JWT_SECRET ?? '', Date.now);
  const move = createMoveMarket(e2e.stack.urls.marketData, SHARES_OFFERED);
  // Who had the stack before may have left the market elsewhere.
  for (const [symbol, last] of Object.entries(PRICES)) await move(symbol, last);
  return {
    e2e,
    move,
    operator: createE2eClient(
      e2e.stack.urls.api,
      await tokens.sign({ ...account.caller, roles: ['OPERATOR'] }),
    ),
    request: { operator: `user/${account.userId}`, reason: 'the cause is mended' },
    orders: createOrderWorkflows(e2e.temporal),
    breakTable,
    stop: e2e.stop,
  };
}
