import { expect } from 'vitest';
import { checkHub, checkInvariants } from './trading-invariants.ts';
import type { InvariantSql } from './trading-violation.ts';

const UNDER_WAY_MS_MAX = 30_000;

/**
 * Hub and venue say the same of every order and trade, and every cent adds up. The hub's own books
 * add up at once; what the venue knows may be on its way to them.
 */
export async function expectBooksInOrder(books: {
  hub: InvariantSql;
  venue: InvariantSql;
}): Promise<void> {
  expect(await checkHub(books.hub)).toEqual([]);
  await expect
    .poll(() => checkInvariants(books.hub, books.venue), { timeout: UNDER_WAY_MS_MAX })
    .toEqual([]);
}
