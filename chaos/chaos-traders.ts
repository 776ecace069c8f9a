import { createAccessTokens } from '../adapters/security/access-tokens.ts';
import { createFundedAccounts, type FundedAccount } from '../test/support/accounts.ts';
import { createE2eClient, type E2eClient } from '../test/support/e2e-client.ts';
import type { ChaosStack } from './chaos-stack.ts';

export interface ChaosTrader extends E2eClient {
  readonly account: FundedAccount;
}

const CASH = '150000.00';

/** Half of them may sell what they do not have. */
export async function createTraders(stack: ChaosStack, count: number): Promise<ChaosTrader[]> {
  const half = Math.ceil(count / 2);
  const accounts = [
    ...(await createFundedAccounts(stack.hub, half, { cash: CASH })),
    ...(await createFundedAccounts(stack.hub, count - half, { cash: CASH, shortingAllowed: true })),
  ];
  return accounts.map((account) => clientOf(stack, account));
}

/** One whose orders only show that orders go through. */
export async function createProber(stack: ChaosStack): Promise<ChaosTrader> {
  const [account] = await createFundedAccounts(stack.hub, 1, { cash: '10000000.00' });
  if (!account) throw new Error('no account was made');
  return clientOf(stack, account);
}

export async function createOperator(stack: ChaosStack): Promise<E2eClient> {
  const [account] = await createFundedAccounts(stack.hub, 1, { cash: '0.00', roles: ['OPERATOR'] });
  if (!account) throw new Error('no account was made');
  return clientOf(stack, account);
}

function clientOf({ apiUrl, jwtSecret }: ChaosStack, account: FundedAccount): ChaosTrader {
  const tokens = createAccessTokens(jwtSecret, Date.now);
  return { ...createE2eClient(apiUrl, () => tokens.sign(account.caller)), account };
}
