import { createHash } from 'node:crypto';
import { v5 as uuidV5, v7 as uuidV7 } from 'uuid';
import type { OrderTerms } from '../../contracts/orders.ts';

/** Name spaces (RFC 9562, 5.5) under which order ids and execution ids are derived; fixed for ever. */
const ORDER_NAMESPACE = 'b3f1a6a2-6d2f-4c6f-9a57-5b1c8f0e7d11';
const EXECUTION_NAMESPACE = '5d0c9b1e-1c54-4b57-8f3e-0a4de5d7c9a3';

/** The same key of the same account is the same order, whoever asks and how often; without a key each request is a new order. */
export const orderIdFor = (accountId: string, key: string | null): string =>
  key === null ? uuidV7() : uuidV5(`${accountId}:${key}`, ORDER_NAMESPACE);

/** Our id of an execution, derived from the broker's: booking it again finds the same row. */
export const executionIdFor = (brokerExecutionId: string): string => uuidV5(brokerExecutionId, EXECUTION_NAMESPACE);

/** SHA-256 of all that was asked for, independent of the order and spelling of JSON. */
export function fingerprintOf(terms: OrderTerms): string {
  const { symbol, side, type, timeInForce, quantity, notional, limitPrice, stopPrice, trailPercent, clientOrderId } = terms;
  const asked = [symbol, side, type, timeInForce, quantity, notional, limitPrice, stopPrice, trailPercent, clientOrderId];
  return createHash('sha256').update(JSON.stringify(asked)).digest('hex');
}
