import type postgres from 'postgres';
import { inFieldOrder, namesOf } from '../../../contracts/fields.ts';
import {
  HUB_FIELDS,
  type HubFields,
  ORDER_FIELDS,
  type Order,
} from '../../../contracts/orders/order-fields.ts';
import type { SubmissionContext, WorkingOrder } from '../../../contracts/orders/order-store.ts';
import type { orders } from '../../../drizzle/schema/orders.ts';
import { type RowOf, selectFields } from '../columns.ts';
import { readFields } from '../read-fields.ts';
import { type OrderRow, STORED_NAMES, toOrder } from './order-row.ts';

export interface SubmissionRow {
  account_status: 'ACTIVE' | 'RESTRICTED';
  buying_power: string;
  shorting_allowed: boolean;
  position_quantity: string | null;
  held_quantity: string | null;
  tradable: boolean | null;
  fractionable: boolean | null;
  broker: string | null;
  session_overrides: SubmissionContext['sessionOverrides'] | null;
  fingerprint: string | null;
  response: Order | null;
  client_order_id_taken: boolean;
  open_orders: number;
  decided_id: string | null;
}

export function toSubmissionContext(row: SubmissionRow, decided: Order | null): SubmissionContext {
  return {
    decided,
    firstAnswer:
      row.fingerprint !== null && row.response !== null
        ? { fingerprint: row.fingerprint, order: inOrder(row.response) }
        : null,
    clientOrderIdTaken: row.client_order_id_taken,
    openOrders: row.open_orders,
    account: {
      status: row.account_status,
      buyingPower: row.buying_power,
      shortingAllowed: row.shorting_allowed,
    },
    position: { quantity: row.position_quantity ?? '0', heldQuantity: row.held_quantity ?? '0' },
    instrument:
      row.tradable === null || row.fractionable === null || row.broker === null
        ? null
        : { tradable: row.tradable, fractionable: row.fractionable, broker: row.broker },
    sessionOverrides: row.session_overrides ?? [],
  };
}

/** jsonb forgets the order of fields. */
const inOrder = (order: Order): Order => inFieldOrder(ORDER_FIELDS, order);

const HUB_NAMES = namesOf(HUB_FIELDS);

/** The columns of {@link WorkingRow} that are of the order alone. */
export const workingColumns = (sql: postgres.Sql, table: string) =>
  selectFields(sql, table, [...STORED_NAMES, ...HUB_NAMES, 'version']);

export type WorkingRow = OrderRow &
  Pick<RowOf<typeof orders>, keyof HubFields | 'version'> & {
    filled_cash: string;
    hold_kind: 'CASH' | 'SHARES' | null;
    hold_price: string | null;
    hold_amount: string;
    hold_remaining: string;
    position_quantity: string | null;
    cost_basis: string | null;
    realized_pnl: string | null;
    position_version: number | null;
  };

export function toWorkingOrder(row: WorkingRow): WorkingOrder {
  return {
    ...(readFields(HUB_FIELDS, HUB_NAMES, row) as HubFields),
    order: toOrder(row),
    filledCash: row.filled_cash,
    version: row.version,
    hold: row.hold_kind && {
      kind: row.hold_kind,
      price: row.hold_price,
      amount: row.hold_amount,
      remaining: row.hold_remaining,
    },
    position: {
      quantity: row.position_quantity ?? '0',
      costBasis: row.cost_basis ?? '0',
      realizedPnl: row.realized_pnl ?? '0',
      version: row.position_version ?? 0,
    },
  };
}
