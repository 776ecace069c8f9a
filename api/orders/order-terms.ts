import type { OrderTerms } from '../../contracts/orders/order.ts';
import {
  ORDER_TYPES,
  type OrderType,
  PRICE_NAMES,
  type PriceName,
  rulesOf,
  type TimeInForce,
} from '../../domain/orders/order.ts';

/** The terms that depend on one another, each of the right form by itself. */
type Terms = Pick<OrderTerms, 'type' | 'timeInForce'> & {
  [Name in 'quantity' | 'notional' | PriceName]?: string | null | undefined;
};

interface TermsError {
  path: keyof Terms;
  message: string;
}

/** What does not fit together in an order's terms, with the field to change. */
export function termsErrors(terms: Terms): TermsError[] {
  return [...amountErrors(terms), ...priceErrors(terms), ...timeInForceErrors(terms)];
}

function amountErrors({ type, timeInForce, quantity, notional }: Terms): TermsError[] {
  if (quantity == null && notional == null)
    return [{ path: 'quantity', message: 'an order needs a quantity or a notional' }];
  if (notional == null) return [];
  if (quantity != null)
    return [{ path: 'notional', message: 'an order has a quantity or a notional, not both' }];
  if (type !== 'MARKET')
    return [
      {
        path: 'notional',
        message: `a ${type} order has a quantity: only a MARKET order can have a notional`,
      },
    ];
  if (timeInForce !== 'DAY')
    return [
      { path: 'timeInForce', message: `an order with a notional is DAY, not ${timeInForce}` },
    ];
  return [];
}

function priceErrors(terms: Terms): TermsError[] {
  return PRICE_NAMES.flatMap((path): TermsError[] => {
    const isGiven = terms[path] != null;
    const isNeeded = rulesOf(terms.type).terms.includes(path);
    if (isNeeded && !isGiven) return [{ path, message: `a ${terms.type} order needs a ${path}` }];
    if (isGiven && !isNeeded) return [{ path, message: `a ${terms.type} order has no ${path}` }];
    return [];
  });
}

function timeInForceErrors({ type, timeInForce }: Terms): TermsError[] {
  const offered = rulesOf(type).timesInForce;
  return offered.includes(timeInForce)
    ? []
    : [
        {
          path: 'timeInForce',
          message: `a ${type} order is ${offered.join(' or ')}, not ${timeInForce}`,
        },
      ];
}

const GIVEN = { type: 'string' } as const;
const NOT_GIVEN = { type: 'null' } as const;

/** The same rules for the document: which terms each type has, by quantity and by notional. */
export const TERMS_FORMS = [
  ...ORDER_TYPES.map((type) => formOf(type, rulesOf(type).timesInForce, 'quantity', 'notional')),
  formOf('MARKET', ['DAY'], 'notional', 'quantity'),
];

function formOf(
  type: OrderType,
  timesInForce: readonly TimeInForce[],
  amount: string,
  notThisAmount: string,
) {
  const needed = rulesOf(type).terms;
  const prices = Object.fromEntries(
    PRICE_NAMES.map((price) => [price, needed.includes(price) ? GIVEN : NOT_GIVEN]),
  );
  return {
    properties: {
      type: { const: type },
      timeInForce: { enum: [...timesInForce] },
      [amount]: GIVEN,
      [notThisAmount]: NOT_GIVEN,
      ...prices,
    },
    required: [amount, ...needed],
  };
}
