import { Decimal } from '../money/decimal.ts';

const CENT = new Decimal('0.01');
const SUB_PENNY = new Decimal('0.0001');

/**
 * Minimum price variation in USD: a cent from $1.00 on, $0.0001 below it (SEC Rule 612 of
 * Regulation NMS).
 */
export const minimumPriceVariation = (price: Decimal): Decimal => (price.gte(1) ? CENT : SUB_PENNY);

export const isOnPriceIncrement = (price: Decimal): boolean =>
  price.mod(minimumPriceVariation(price)).isZero();
