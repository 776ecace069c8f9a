import { InvalidRequest } from './invalid-request.ts';
import { IdempotencyKey } from './schemas/orders.ts';

export const IDEMPOTENCY_KEY_HEADER = 'Idempotency-Key';
export const REPLAYED_HEADER = 'Idempotency-Replayed';

/** The header's key; null where none is sent. Throws InvalidRequest for one that is not well formed. */
export function readIdempotencyKey(header: string | undefined): string | null {
  if (header === undefined) return null;
  const key = IdempotencyKey.safeParse(header);
  if (!key.success) throw new InvalidRequest([{ path: IDEMPOTENCY_KEY_HEADER, message: 'must be 1 to 255 visible ASCII characters' }]);
  return key.data;
}
