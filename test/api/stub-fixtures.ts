import type { Break } from '../../contracts/executions/breaks.ts';
import { inFieldOrder } from '../../contracts/fields.ts';
import type { Caller } from '../../contracts/identity/caller.ts';
import type { BulkProgress } from '../../contracts/operators/bulk-operations.ts';
import type { SystemStatus } from '../../contracts/operators/system-status.ts';
import { ORDER_FIELDS, type Order } from '../../contracts/orders/order-fields.ts';
import type { Balance, Position } from '../../contracts/portfolio/portfolio.ts';
import type { SettlementInRepair } from '../../contracts/settlement/settlement.ts';
import type { Profile } from '../../use-cases/identity/profile.ts';

export const CUSTOMER: Caller = {
  userId: '0198aaaa-0000-7000-8000-000000000001',
  username: 'ada@test.local',
  accountId: '0198aaaa-0000-7000-8000-00000000000a',
  sessionId: '0198ffff-0000-7000-8000-000000000001',
  roles: ['CUSTOMER'],
};

export const OPERATOR: Caller = {
  ...CUSTOMER,
  userId: '0198aaaa-0000-7000-8000-000000000002',
  username: 'olga@test.local',
  roles: ['OPERATOR'],
};

export const ORDER_ID = '0198bbbb-0000-7000-8000-000000000001';
export const NEW_ORDER_ID = '0198bbbb-0000-7000-8000-000000000002';
export const BREAK_ID = '0198dddd-0000-7000-8000-000000000001';
export const EXECUTION_ID = '0198eeee-0000-7000-8000-000000000001';

export const TIME = '2026-11-24T14:30:00.000Z';

export const orderOf = (over: Partial<Order> = {}): Order =>
  inFieldOrder(ORDER_FIELDS, {
    id: ORDER_ID,
    clientOrderId: 'my-order-1',
    accountId: CUSTOMER.accountId,
    symbol: 'AAPL',
    broker: 'paper-broker',
    side: 'BUY',
    type: 'LIMIT',
    timeInForce: 'DAY',
    quantity: '10',
    limitPrice: '205.75',
    status: 'PENDING_NEW',
    filledQuantity: '0',
    leavesQuantity: '10',
    marketPriceAtSubmission: '205.7',
    marketDataTimestamp: TIME,
    submittedAt: TIME,
    updatedAt: TIME,
    ...over,
  });

export const BALANCE: Balance = {
  currency: 'USD',
  cash: '100000.00',
  settledCash: '97942.50',
  unsettledCash: '0.00',
  heldCash: '2057.50',
  buyingPower: '97942.50',
  withdrawableCash: '97942.50',
};

export const POSITION: Position = {
  symbol: 'AAPL',
  quantity: '10',
  heldQuantity: '0',
  averagePrice: '205.75',
  costBasis: '2057.5',
  realizedPnl: '0.00',
  status: 'ACTIVE',
  positionType: 'LONG',
  marketPrice: '206.00',
  marketValue: '2060.00',
  unrealizedPnl: '2.50',
  lastTradeAt: TIME,
};

export const PROFILE: Profile = {
  userId: CUSTOMER.userId,
  email: CUSTOMER.username,
  firstName: 'Ada',
  lastName: 'Lovelace',
  roles: CUSTOMER.roles,
  account: {
    id: CUSTOMER.accountId,
    status: 'ACTIVE',
    currency: 'USD',
    shortingAllowed: false,
    createdAt: TIME,
  },
};

export const BREAK: Break = {
  id: BREAK_ID,
  kind: 'LATE_FILL',
  broker: 'paper-broker',
  accountId: CUSTOMER.accountId,
  orderId: ORDER_ID,
  brokerExecutionId: 'x-9',
  details: { quantity: '1' },
  raisedAt: TIME,
  resolvedAt: null,
  resolvedBy: null,
  resolution: null,
};

export const SETTLEMENT: SettlementInRepair = {
  executionId: EXECUTION_ID,
  broker: 'paper-broker',
  brokerExecutionId: 'x-1',
  orderId: ORDER_ID,
  accountId: CUSTOMER.accountId,
  symbol: 'AAPL',
  side: 'BUY',
  quantity: '4',
  price: '205.7',
  cash: '822.80',
  tradeDate: '2026-11-24',
  settlementDate: '2026-11-25',
  reason: 'COUNTERPARTY_FAILED',
};

export const BULK_ID = '0198cccc-0000-7000-8000-000000000001';

export const BULK: BulkProgress = {
  id: BULK_ID,
  action: 'CANCEL',
  filter: {
    attention: null,
    status: null,
    symbol: 'AAPL',
    accountId: null,
    side: null,
    submittedAfter: null,
    submittedBefore: null,
  },
  operator: `user/${OPERATOR.userId}`,
  reason: 'halted by the exchange',
  requestedAt: TIME,
  status: 'RUNNING',
  matched: 7,
  done: 2,
  pending: 1,
  rejected: 1,
  failed: 1,
  failures: [{ orderId: ORDER_ID, code: 'NOT_RUNNING' }],
  stoppedBy: null,
  startedAt: TIME,
  endedAt: null,
};

/** A part of each status. */
export const SYSTEM: SystemStatus = {
  status: 'DOWN',
  checkedAt: TIME,
  parts: [
    { name: 'postgres', status: 'UP', since: TIME, detail: 'It answers.', action: null },
    {
      name: 'breaks',
      status: 'DEGRADED',
      since: TIME,
      detail: '2 are open.',
      action: 'Resolve them: docs/RUNBOOK.md#breaksopen',
    },
    {
      name: 'temporal',
      status: 'DOWN',
      since: null,
      detail: 'It cannot be reached.',
      action: 'Bring Temporal back: docs/RUNBOOK.md#temporalaway',
    },
    {
      name: 'workers/orders',
      status: 'UNKNOWN',
      since: null,
      detail: 'Temporal does not say.',
      action: 'Bring Temporal back: docs/RUNBOOK.md#temporalaway',
    },
  ],
};
