import { createHash } from 'node:crypto';
import { HubError } from '../../contracts/errors.ts';
import { type Order, PRICES_OF_TYPE, type ReplaceTerms } from '../../contracts/orders.ts';
import { Decimal } from '../../domain/money/decimal.ts';
import { isOpen } from '../../domain/order/order.ts';
import { isReplaceableTimeInForce } from '../../domain/order/time-in-force.ts';

/** SHA-256 of what was asked for of which order, independent of the order and spelling of JSON. */
export function replacementFingerprint(orderId: string, terms: ReplaceTerms): string {
  const { quantity, limitPrice, stopPrice, trailPercent, timeInForce, clientOrderId } = terms;
  return createHash('sha256')
    .update(JSON.stringify([orderId, quantity, limitPrice, stopPrice, trailPercent, timeInForce, clientOrderId]))
    .digest('hex');
}

/**
 * What can be said of a replacement before its workflow is asked. Throws `VALIDATION_FAILED` for terms that do not belong to the original's
 * type, `ORDER_NOT_REPLACEABLE` for an original that is closed, by notional, or filled beyond the quantity asked for.
 */
export function checkReplacement(original: Order, terms: ReplaceTerms): void {
  for (const field of ['limitPrice', 'stopPrice', 'trailPercent'] as const) {
    if (terms[field] !== undefined && !PRICES_OF_TYPE[original.type].includes(field)) {
      throw wrongField(field, `a ${original.type} order has no ${field}`);
    }
  }
  if (terms.timeInForce !== undefined && !isReplaceableTimeInForce(original.timeInForce, terms.timeInForce)) {
    throw wrongField('timeInForce', `a ${original.timeInForce} order keeps its time in force`);
  }
  const { status, filledQuantity } = original;
  if (!isOpen(status)) throw new HubError('ORDER_NOT_REPLACEABLE', { status, filledQuantity });
  if (original.notional !== null) {
    throw notReplaceable(original, 'An order with a notional cannot be replaced; cancel it and submit another');
  }
  if (terms.quantity !== undefined && new Decimal(terms.quantity).lte(filledQuantity)) {
    throw notReplaceable(original, 'The new quantity counts what is filled already, and must be more than that');
  }
}

const wrongField = (field: string, detail: string): HubError => new HubError('VALIDATION_FAILED', { field }, { detail });

const notReplaceable = ({ status, filledQuantity }: Order, detail: string): HubError =>
  new HubError('ORDER_NOT_REPLACEABLE', { status, filledQuantity }, { detail });
