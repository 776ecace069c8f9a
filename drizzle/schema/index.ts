export { instruments, tradingSessions, watchlistItems } from './instruments.ts';
export { ledgerAccounts, ledgerTransfers, positions } from './ledger.ts';
export {
  auditEvents,
  breaks,
  brokerSessions,
  executions,
  holds,
  idempotencyKeys,
  orders,
  orderTroubles,
} from './orders.ts';
export { settlementInstructions, withdrawals } from './settlement.ts';
export { accounts, loginAddresses, refreshTokens, userSessions, users } from './users.ts';
