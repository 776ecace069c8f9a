import type { Caller } from '../../contracts/caller.ts';
import { HubError } from '../../contracts/errors.ts';
import type { HubUseCases } from '../../use-cases/use-cases.ts';
import { BREAK, BREAK_ID, EXECUTION_ID, ORDER_ID, orderOf, SETTLEMENT, TIME } from './stub-fixtures.ts';

/** What the edge passed to a use-case of operators. */
export interface AdminCall {
  name: string;
  operator: string;
  args: readonly unknown[];
}

export type NoteCall = (name: string, operator: string, ...args: unknown[]) => void;

const SUSPENDED = { step: 'placeOrder', code: 'BROKER_UNAVAILABLE', since: TIME };

/** Knows the one order, which is SUSPENDED, and the one break. */
export function stubAdmin(note: NoteCall): HubUseCases['admin'] {
  const theOrder = async (id: string) => {
    if (id !== ORDER_ID) throw new HubError('ORDER_NOT_FOUND');
    return { ...orderOf({ status: 'SUSPENDED', suspendedAt: TIME }), attentionReason: SUSPENDED };
  };
  const interfere = (name: string) => async (operator: Caller, id: string, reason: string) => {
    const order = await theOrder(id);
    note(name, operator.userId, id, reason);
    return order;
  };
  return {
    listOrders: async (filter) => {
      note('listOrders', '', filter);
      return { items: [await theOrder(ORDER_ID)], nextCursor: null };
    },
    getOrder: theOrder,
    listTimeline: async (id) => {
      await theOrder(id);
      return [{ sequence: 1, actor: 'system', action: 'SUSPENDED', details: { ...SUSPENDED }, occurredAt: TIME }];
    },
    retryOrder: interfere('retryOrder'),
    failOrder: interfere('failOrder'),
    cancelOrder: interfere('cancelOrder'),
    listBreaks: async (filter) => {
      note('listBreaks', '', filter);
      return { items: [BREAK], nextCursor: null };
    },
    resolveBreak: async (operator, id, resolution) => {
      if (id !== BREAK_ID) throw new HubError('BREAK_NOT_FOUND');
      note('resolveBreak', operator.userId, id, resolution);
      return { ...BREAK, resolvedAt: TIME, resolvedBy: `user/${operator.userId}`, resolution };
    },
    listSessions: async (symbol, request) => {
      note('listSessions', '', symbol, request);
      return [{ date: '2026-11-27', opensAt: TIME, closesAt: TIME }];
    },
    setSession: async (operator, symbol, session, reason) => {
      note('setSession', operator.userId, symbol, session, reason);
      return session;
    },
    removeSession: async (operator, symbol, date, reason) => note('removeSession', operator.userId, symbol, date, reason),
  };
}

/** Knows the one settlement in repair. */
export const stubSettlements = (note: NoteCall): HubUseCases['settlements'] => ({
  listInRepair: async () => ({ items: [SETTLEMENT], nextCursor: null }),
  retrySettlement: async (executionId, { operator, reason }) => {
    if (executionId !== EXECUTION_ID) throw new HubError('SETTLEMENT_NOT_FOUND');
    note('retrySettlement', operator, executionId, reason);
    return { executionId, status: 'SETTLED', reason: null };
  },
});
