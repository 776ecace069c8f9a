import { HubError } from '../../contracts/errors.ts';
import type { Caller } from '../../contracts/identity/caller.ts';
import type { HubUseCases } from '../../use-cases/hub-use-cases.ts';
import {
  BREAK,
  BREAK_ID,
  BULK,
  BULK_ID,
  EXECUTION_ID,
  ORDER_ID,
  orderOf,
  SETTLEMENT,
  SYSTEM,
  TIME,
} from './stub-fixtures.ts';

/** What the edge passed to a use-case of operators. */
export interface AdminCall {
  name: string;
  operator: string;
  args: readonly unknown[];
}

export type NoteCall = (name: string, operator: string, ...args: unknown[]) => void;

const TROUBLE = {
  ...({ step: 'PLACE', code: 'BrokerUnavailable', attempt: 9 } as const),
  ...{ nextAttemptAt: null, since: TIME },
};
const SUSPENDED = { step: 'placeOrder', code: 'BROKER_UNAVAILABLE', since: TIME };

/**
 * Knows the one order, which is SUSPENDED, and the one bulk operation; the key `sent-before` is its
 * own.
 */
export function stubOperators(note: NoteCall): HubUseCases['operators'] {
  const theOrder = async (id: string) => {
    if (id !== ORDER_ID) throw new HubError('ORDER_NOT_FOUND');
    const order = orderOf({ status: 'SUSPENDED', suspendedAt: TIME });
    return { ...order, attentionReason: SUSPENDED, trouble: TROUBLE };
  };
  const interfere = (name: string) => async (operator: Caller, id: string, reason: string) => {
    const order = await theOrder(id);
    note(name, operator.userId, id, reason);
    return order;
  };
  const theBulk = async (id: string) => {
    if (id !== BULK_ID) throw new HubError('BULK_OPERATION_NOT_FOUND');
    return BULK;
  };
  return {
    listOrders: async (filter) => {
      note('listOrders', '', filter);
      return { items: [await theOrder(ORDER_ID)], nextCursor: null };
    },
    getOrder: theOrder,
    listTimeline: async (id) => {
      await theOrder(id);
      return [
        {
          sequence: 1,
          actor: 'system',
          actorName: null,
          action: 'SUSPENDED',
          details: { ...SUSPENDED },
          occurredAt: TIME,
        },
      ];
    },
    retryOrder: interfere('retryOrder'),
    failOrder: interfere('failOrder'),
    cancelOrder: interfere('cancelOrder'),
    startBulk: async (operator, order, key) => {
      note('startBulk', operator.userId, order, key);
      return { bulk: { ...BULK, ...order }, replayed: key === 'sent-before' };
    },
    previewBulk: async (filter) => {
      note('previewBulk', '', filter);
      return { matched: 7, orderIds: [ORDER_ID] };
    },
    listBulks: async (request) => {
      note('listBulks', '', request);
      return { items: [BULK], nextCursor: null };
    },
    getBulk: theBulk,
    stopBulk: async (operator, id, reason) => {
      const bulk = await theBulk(id);
      note('stopBulk', operator.userId, id, reason);
      return { ...bulk, stoppedBy: { operator: `user/${operator.userId}`, reason } };
    },
    readSystem: async () => SYSTEM,
  };
}

/** Knows the one settlement in repair. */
export const stubSettlement = (note: NoteCall): HubUseCases['settlement'] => ({
  listInRepair: async () => ({ items: [SETTLEMENT], nextCursor: null }),
  retrySettlement: async (executionId, { operator, reason }) => {
    if (executionId !== EXECUTION_ID) throw new HubError('SETTLEMENT_NOT_FOUND');
    note('retrySettlement', operator, executionId, reason);
    return { executionId, status: 'SETTLED', reason: null };
  },
});

/** Knows the one execution `x-1` that waits, and the one break. */
export const stubExecutions = (note: NoteCall): HubUseCases['executions'] => ({
  listWaiting: async () => {
    const waiting = {
      for: 'OPERATOR' as const,
      step: 'book TRADE 10 @ 205.75',
      until: null,
      failures: 8,
      lastFailure: 'DATABASE_UNAVAILABLE',
    };
    const execution = {
      broker: 'paper-broker',
      brokerExecutionId: 'x-1',
      orderId: ORDER_ID,
      execType: 'TRADE' as const,
      quantity: '4',
      price: '205.7',
      time: TIME,
    };
    return { items: [{ ...execution, waiting }], nextCursor: null };
  },
  retryExecution: async (operator, { broker, brokerExecutionId }, reason) => {
    if (broker !== 'paper-broker' || brokerExecutionId !== 'x-1')
      throw new HubError('EXECUTION_NOT_FOUND');
    note('retryExecution', operator.userId, broker, brokerExecutionId, reason);
    return { broker, brokerExecutionId, status: 'BOOKED', lastFailure: null };
  },
  listBreaks: async (filter) => {
    note('listBreaks', '', filter);
    return { items: [BREAK], nextCursor: null };
  },
  resolveBreak: async (operator, id, resolution) => {
    if (id !== BREAK_ID) throw new HubError('BREAK_NOT_FOUND');
    note('resolveBreak', operator.userId, id, resolution);
    return { ...BREAK, resolvedAt: TIME, resolvedBy: `user/${operator.userId}`, resolution };
  },
});

/** The sessions in which an instrument departs from its market. */
export const stubInstrumentSessions = (
  note: NoteCall,
): Pick<HubUseCases['market'], 'listInstrumentSessions' | 'setSession' | 'removeSession'> => ({
  listInstrumentSessions: async (symbol, request) => {
    note('listInstrumentSessions', '', symbol, request);
    return [{ date: '2026-11-27', opensAt: TIME, closesAt: TIME }];
  },
  setSession: async (operator, symbol, session, reason) => {
    note('setSession', operator.userId, symbol, session, reason);
    return session;
  },
  removeSession: async (operator, symbol, date, reason) =>
    note('removeSession', operator.userId, symbol, date, reason),
});
