import { PRICES_OF_TYPE } from '../../contracts/orders.ts';
import type { OrderType, TimeInForce } from '../../domain/order/order.ts';
import { timesInForceOf } from '../../domain/order/time-in-force.ts';

/** The terms that depend on one another, each of the right form by itself. */
interface Terms {
  type: OrderType;
  timeInForce: TimeInForce;
  quantity?: string | null | undefined;
  notional?: string | null | undefined;
  limitPrice?: string | null | undefined;
  stopPrice?: string | null | undefined;
  trailPercent?: string | null | undefined;
}

interface TermsError {
  path: keyof Terms;
  message: string;
}

/** What does not fit together in an order's terms, with the field to change. */
export function termsErrors(terms: Terms): TermsError[] {
  return [...amountErrors(terms), ...priceErrors(terms), ...timeInForceErrors(terms)];
}

function amountErrors({ type, timeInForce, quantity, notional }: Terms): TermsError[] {
  if (quantity == null && notional == null) return [{ path: 'quantity', message: 'an order needs a quantity or a notional' }];
  if (notional == null) return [];
  if (quantity != null) return [{ path: 'notional', message: 'an order has a quantity or a notional, not both' }];
  if (type !== 'MARKET') return [{ path: 'notional', message: `a ${type} order has a quantity: only a MARKET order can have a notional` }];
  if (timeInForce !== 'DAY') return [{ path: 'timeInForce', message: `an order with a notional is DAY, not ${timeInForce}` }];
  return [];
}

function priceErrors(terms: Terms): TermsError[] {
  return (['limitPrice', 'stopPrice', 'trailPercent'] as const).flatMap((path): TermsError[] => {
    const isGiven = terms[path] != null;
    const isNeeded = PRICES_OF_TYPE[terms.type].includes(path);
    if (isNeeded && !isGiven) return [{ path, message: `a ${terms.type} order needs a ${path}` }];
    if (isGiven && !isNeeded) return [{ path, message: `a ${terms.type} order has no ${path}` }];
    return [];
  });
}

function timeInForceErrors({ type, timeInForce }: Terms): TermsError[] {
  const offered = timesInForceOf(type);
  return offered.includes(timeInForce)
    ? []
    : [{ path: 'timeInForce', message: `a ${type} order is ${offered.join(' or ')}, not ${timeInForce}` }];
}
