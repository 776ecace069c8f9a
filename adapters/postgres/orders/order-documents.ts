import { pickFields } from '../../../contracts/fields.ts';
import { HUB_FIELDS, namesFrom } from '../../../contracts/orders/order-fields.ts';
import type {
  AcceptanceWrite,
  OrderChange,
  ReplacementWrite,
} from '../../../contracts/orders/order-store.ts';
import { toColumns } from '../columns.ts';
import { STORED_NAMES } from './order-row.ts';

const DECIDED_HUB_NAMES = namesFrom(HUB_FIELDS, 'DECIDED');

/** What a new order without a fill has in columns that are its own and no field of an answer. */
const NEW_ROW = { filledNotional: '0', version: 1 };

/**
 * The document that the database's `write_acceptance` takes. Decimals are text: JSON numbers would
 * round them.
 */
export function acceptanceDocument(write: AcceptanceWrite, operation: string): string {
  const { submission, order, hold, transfers, audit } = write;
  const stored = { ...pickFields(order, STORED_NAMES), ...pickFields(write, DECIDED_HUB_NAMES) };
  return JSON.stringify({
    acceptBy: submission.acceptBy,
    order: toColumns({ ...stored, ...NEW_ROW }),
    hold: hold ?? undefined,
    transfers,
    idempotency: submission.idempotency
      ? { ...submission.idempotency, operation, response: order }
      : undefined,
    audit,
  });
}

/**
 * The document that the database's `write_order_change` takes. Decimals are text: JSON numbers
 * would round them.
 */
export const orderChangeDocument = (change: OrderChange): string =>
  JSON.stringify(orderChange(change));

/** The document that the database's `write_replacement` takes. */
export const replacementDocument = ({ original, replacement }: ReplacementWrite): string =>
  JSON.stringify({ original: orderChange(original), replacement });

function orderChange({
  order,
  holdRemaining,
  position,
  execution,
  ...change
}: OrderChange): object {
  const { accountId, symbol } = change;
  const { expectedVersion, ...moved } = position ?? {};
  return {
    ...change,
    order: toColumns(order),
    hold: holdRemaining === null ? undefined : { remaining: holdRemaining },
    position: position
      ? { ...toColumns({ accountId, symbol, ...moved }), expectedVersion }
      : undefined,
    execution: execution ? toColumns({ symbol, ...execution }) : undefined,
  };
}
