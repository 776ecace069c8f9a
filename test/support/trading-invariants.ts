import type postgres from 'postgres';
import { HUB_RULES } from './trading-hub-rules.ts';
import { compareWithVenue } from './trading-venue-rules.ts';

/** One rule of the books that does not hold, and where. */
export interface Violation {
  rule: string;
  detail: string;
}

/** A database, or a transaction in it. */
export type InvariantSql = Pick<postgres.Sql, 'unsafe'>;

/**
 * Checks every account, order and execution of the hub against each other, in one snapshot, and against the venue's own books. Empty
 * when all holds. Money and shares must be right at any moment; what the venue knows is compared once nothing is on its way.
 */
export async function checkInvariants(hubSql: InvariantSql, venueSql: InvariantSql): Promise<Violation[]> {
  const statement = Object.entries(HUB_RULES)
    .map(([rule, select]) => `select '${rule}' as rule, found.detail::text as detail from (${select}) as found(detail)`)
    .join('\nunion all\n');
  const broken = await hubSql.unsafe<Violation[]>(statement);
  return [...broken.map(({ rule, detail }) => ({ rule, detail })), ...(await compareWithVenue(hubSql, venueSql))];
}
