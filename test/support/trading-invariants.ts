import { HUB_RULES } from './trading-hub-rules.ts';
import { compareWithVenue } from './trading-venue-rules.ts';
import type { InvariantSql, Violation } from './trading-violation.ts';

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
