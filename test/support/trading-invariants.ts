import { HUB_RULES } from './trading-hub-rules.ts';
import { REPLACEMENT_RULES, REPLACEMENT_RULES_AT_REST } from './trading-replacement-rules.ts';
import { compareWithVenue } from './trading-venue-rules.ts';
import type { InvariantSql, Violation } from './trading-violation.ts';

/**
 * Checks every account, order and execution of the hub against each other, in one snapshot, and
 * against the venue's own books. Empty when all holds. Money and shares must be right at any
 * moment; what the venue knows is compared once nothing is on its way.
 */
export async function checkInvariants(
  hubSql: InvariantSql,
  venueSql: InvariantSql,
): Promise<Violation[]> {
  const broken = await findBroken(hubSql, {
    ...HUB_RULES,
    ...REPLACEMENT_RULES,
    ...REPLACEMENT_RULES_AT_REST,
  });
  return [...broken, ...(await compareWithVenue(hubSql, venueSql))];
}

/** The part of {@link checkInvariants} that holds at any moment. */
export const checkHub = (hubSql: InvariantSql): Promise<Violation[]> =>
  findBroken(hubSql, { ...HUB_RULES, ...REPLACEMENT_RULES });

async function findBroken(
  sql: InvariantSql,
  rules: Readonly<Record<string, string>>,
): Promise<Violation[]> {
  const statement = Object.entries(rules)
    .map(
      ([rule, select]) =>
        `select '${rule}' as rule, found.detail::text as detail from (${select}) as found(detail)`,
    )
    .join('\nunion all\n');
  const broken = await sql.unsafe<Violation[]>(statement);
  return broken.map(({ rule, detail }) => ({ rule, detail }));
}
