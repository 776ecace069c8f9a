import type { Clock } from '../../contracts/clock.ts';
import type { WithdrawalStore } from '../../contracts/ports/withdrawals.ts';
import type { WithdrawalUseCases } from '../use-cases.ts';
import { createListWithdrawals } from './list-withdrawals.ts';
import { createWithdraw } from './withdraw.ts';

/** Settled cash that leaves the caller's account. */
export const createWithdrawalUseCases = (deps: { withdrawals: WithdrawalStore; clock: Clock }): WithdrawalUseCases => ({
  withdraw: createWithdraw(deps),
  listWithdrawals: createListWithdrawals(deps),
});
