import { ORDER_FIELDS, type Order } from '../../contracts/orders.ts';
import type { SubmissionContext, WorkingOrder } from '../../contracts/ports/order-store.ts';
import type { OrderStatus } from '../../domain/order/order.ts';
import { type OrderRow, toOrder } from './order-row.ts';
import { toTimestampOrNull } from './timestamp.ts';

export interface SubmissionRow {
  account_status: 'ACTIVE' | 'RESTRICTED';
  buying_power: string;
  shorting_allowed: boolean;
  position_quantity: string | null;
  held_quantity: string | null;
  tradable: boolean | null;
  fractionable: boolean | null;
  session_overrides: SubmissionContext['sessionOverrides'] | null;
  fingerprint: string | null;
  response: Order | null;
  client_order_id_taken: boolean;
  decided_id: string | null;
}

export function toSubmissionContext(row: SubmissionRow, decided: Order | null): SubmissionContext {
  return {
    decided,
    firstAnswer: row.fingerprint !== null && row.response !== null ? { fingerprint: row.fingerprint, order: inOrder(row.response) } : null,
    clientOrderIdTaken: row.client_order_id_taken,
    account: { status: row.account_status, buyingPower: row.buying_power, shortingAllowed: row.shorting_allowed },
    position: { quantity: row.position_quantity ?? '0', heldQuantity: row.held_quantity ?? '0' },
    instrument: row.tradable === null || row.fractionable === null ? null : { tradable: row.tradable, fractionable: row.fractionable },
    sessionOverrides: row.session_overrides ?? [],
  };
}

/** jsonb forgets the order of fields, and an answer of former times lacks those that came later. */
const inOrder = (order: Order): Order => Object.fromEntries(ORDER_FIELDS.map((field) => [field, order[field] ?? null])) as unknown as Order;

export interface WorkingRow extends OrderRow {
  protection_price: string | null;
  auction_at: string | Date | null;
  restore_status: OrderStatus | null;
  revision: number;
  version: number;
  hold_kind: 'CASH' | 'SHARES' | null;
  hold_price: string | null;
  hold_amount: string;
  hold_remaining: string;
  position_quantity: string | null;
  cost_basis: string | null;
  realized_pnl: string | null;
  position_version: number | null;
}

export function toWorkingOrder(row: WorkingRow): WorkingOrder {
  return {
    order: toOrder(row),
    protectionPrice: row.protection_price,
    auctionAt: toTimestampOrNull(row.auction_at),
    restoreStatus: row.restore_status,
    filledNotional: row.filled_notional,
    revision: row.revision,
    version: row.version,
    hold: row.hold_kind && { kind: row.hold_kind, price: row.hold_price, amount: row.hold_amount, remaining: row.hold_remaining },
    position: {
      quantity: row.position_quantity ?? '0',
      costBasis: row.cost_basis ?? '0',
      realizedPnl: row.realized_pnl ?? '0',
      version: row.position_version ?? 0,
    },
  };
}
