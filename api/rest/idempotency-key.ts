import { z } from '@hono/zod-openapi';
import { InvalidRequest } from './invalid-request.ts';

export const IDEMPOTENCY_KEY_HEADER = 'Idempotency-Key';
export const REPLAYED_HEADER = 'Idempotency-Replayed';

const FORM = /^[\x21-\x7e]{1,255}$/;
const MUST_BE = 'must be 1 to 255 visible ASCII characters';

export const IDEMPOTENCY_KEY_PATTERN = FORM.source;
export const IdempotencyKey = z.string().regex(FORM, MUST_BE);

/**
 * The header's key; null where none is sent. Throws InvalidRequest for one that is not well formed.
 */
export function readIdempotencyKey(header: string | undefined): string | null {
  if (header === undefined) return null;
  const key = IdempotencyKey.safeParse(header);
  if (!key.success) throw new InvalidRequest([{ path: IDEMPOTENCY_KEY_HEADER, message: MUST_BE }]);
  return key.data;
}
