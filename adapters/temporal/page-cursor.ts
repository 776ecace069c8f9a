import { createHmac, timingSafeEqual } from 'node:crypto';
import { HubError } from '../../contracts/errors.ts';

const SEAL_BYTES = 16;
/** What the seal is for: no other use of the secret makes the same bytes. */
const PURPOSE = 'page-cursor';

/** Turns the server's page tokens of one list into cursors, and back. */
export interface PageCursors {
  seal(pageToken: Uint8Array): string;
  /** Throws `VALIDATION_FAILED` for a cursor that this list never gave. */
  open(cursor: string): Uint8Array;
}

/**
 * Cursors with an HMAC of the page token and the list's query. To the server, a page token that is
 * not its own is a failure of its own, which the client tries again until its time is over; and
 * what a token looks like is the server's affair.
 */
export function createPageCursors(secret: string, query: string): PageCursors {
  const sealOf = (pageToken: Uint8Array): Buffer =>
    createHmac('sha256', secret)
      .update(`${PURPOSE}\0${query}\0`)
      .update(pageToken)
      .digest()
      .subarray(0, SEAL_BYTES);
  const seal = (pageToken: Uint8Array): string =>
    Buffer.concat([sealOf(pageToken), pageToken]).toString('base64url');

  return {
    seal,
    open(cursor) {
      const bytes = Buffer.from(cursor, 'base64url');
      const pageToken = bytes.subarray(SEAL_BYTES);
      const isOurs =
        bytes.length > SEAL_BYTES &&
        timingSafeEqual(bytes.subarray(0, SEAL_BYTES), sealOf(pageToken));
      // Decoding is lenient about what is no base64url.
      if (!isOurs || seal(pageToken) !== cursor)
        throw new HubError('VALIDATION_FAILED', { field: 'cursor' });
      return pageToken;
    },
  };
}
