export { instruments, tradingSessions, watchlistItems } from './instruments.ts';
export { ledgerAccounts, ledgerTransfers, positions } from './ledger.ts';
export { auditEvents, brokerSessions, executions, holds, idempotencyKeys, orders } from './orders.ts';
export { accounts, refreshTokens, users } from './users.ts';
