import { createAccessTokens } from '../../adapters/security/access-tokens.ts';
import { createOrderWorkflows } from '../../adapters/temporal/order-workflows.ts';
import type { OrderWorkflows } from '../../contracts/ports/order-workflows.ts';
import type { OperatorRequest } from '../../contracts/workflow-messages.ts';
import { createE2eClient, type E2eClient } from '../support/e2e-client.ts';
import { type E2eStack, startE2eStack } from '../support/e2e-stack.ts';
import { createMoveMarket, MANUAL_MARKET_ENTRY, type MoveMarket } from '../support/manual-market.ts';
import { type BreakableTable, createBrokenAccounts } from './broken-accounts.ts';

const QUICK_WORKERS_ENTRY = new URL('./quick-workers.ts', import.meta.url).pathname;
const SHARES_OFFERED = 1_000;

/** Everything that a scenario is played with: the whole system, a market that moves when it is told to, and an operator. */
export interface Stage {
  e2e: E2eStack;
  move: MoveMarket;
  /** The API, for one with the role OPERATOR. */
  operator: E2eClient;
  /** The same operator, where an update is sent to a workflow itself. */
  request: OperatorRequest;
  /** Workflows of orders as the API starts them, for what the API itself would never send. */
  orders: OrderWorkflows;
  /** From now on no row of the account goes into that table: DATABASE_UNAVAILABLE for whoever writes it. Returns how to mend it. */
  breakTable(table: BreakableTable, accountId: string): Promise<() => Promise<void>>;
  stop(): Promise<void>;
}

/** `workers`: `quick` ones wait for moments where the real ones wait for minutes and hours (quick-schedules.ts). */
export async function startStage({ workers }: { workers: 'real' | 'quick' }): Promise<Stage> {
  const e2e = await startE2eStack({}, MANUAL_MARKET_ENTRY, workers === 'quick' ? QUICK_WORKERS_ENTRY : undefined);
  const breakTable = await createBrokenAccounts(e2e.hub);
  const { account } = await e2e.createTrader();
  const tokens = createAccessTokens(e2e.stack.env.JWT_SECRET ?? '', Date.now);
  return {
    e2e,
    move: createMoveMarket(e2e.stack.urls.marketData, SHARES_OFFERED),
    operator: createE2eClient(e2e.stack.urls.api, await tokens.sign({ ...account.caller, roles: ['OPERATOR'] })),
    request: { operator: `user/${account.userId}`, reason: 'the cause is mended' },
    orders: createOrderWorkflows(e2e.temporal),
    breakTable,
    stop: e2e.stop,
  };
}
