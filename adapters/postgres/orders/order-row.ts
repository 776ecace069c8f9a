import type postgres from 'postgres';
import { inFieldOrder } from '../../../contracts/fields.ts';
import { namesFrom, ORDER_FIELDS, type Order } from '../../../contracts/orders/order-fields.ts';
import { Decimal, formatDecimal } from '../../../domain/money/decimal.ts';
import { averageFillPrice, leavesQuantity } from '../../../domain/orders/order.ts';
import type { orders } from '../../../drizzle/schema/orders.ts';
import { type RowOf, selectFields } from '../columns.ts';
import { readFields } from '../read-fields.ts';

/** The fields of an order that have a column. */
export const STORED_NAMES = namesFrom(ORDER_FIELDS, 'ASKED', 'DECIDED', 'HAPPENED');
type StoredName = (typeof STORED_NAMES)[number];

/** A row of `orders`. CHECK constraints hold its words to the domain's. */
export type OrderRow = Pick<RowOf<typeof orders>, StoredName | 'filledNotional'>;

/** What {@link toOrder} reads: ``sql<OrderRow[]>`select ${orderColumns(sql, 'o')} from orders o` ``. */
export const orderColumns = (sql: postgres.Sql, table: string) =>
  selectFields(sql, table, [...STORED_NAMES, 'filledNotional']);

/** The order as clients see it. `leavesQuantity` is zero once the order is closed. */
export function toOrder(row: OrderRow): Order {
  const stored = readFields(ORDER_FIELDS, STORED_NAMES, row) as Pick<Order, StoredName>;
  const { status, currentStopPrice, stopPrice } = stored;
  const quantity = new Decimal(row.quantity);
  const filledQuantity = new Decimal(row.filledQuantity);
  const average = averageFillPrice({
    filledQuantity,
    filledNotional: new Decimal(row.filledNotional),
  });
  return inFieldOrder(ORDER_FIELDS, {
    ...stored,
    leavesQuantity: formatDecimal(leavesQuantity({ status, quantity, filledQuantity })),
    averageFillPrice: average && formatDecimal(average),
    currentStopPrice: currentStopPrice ?? stopPrice,
  });
}
