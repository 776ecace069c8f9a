import { HubError } from '../../contracts/errors.ts';
import type { Break, Breaks } from '../../contracts/executions/breaks.ts';
import { type Caller, operatorName } from '../../contracts/identity/caller.ts';
import type { Page } from '../../contracts/list-cursor.ts';

/** Where the broker and our books differ, oldest first. For operators. */
export const listBreaks = (
  { breaks }: { breaks: Pick<Breaks, 'listBreaks'> },
  query: Parameters<Breaks['listBreaks']>[0],
): Promise<Page<Break>> => breaks.listBreaks(query);

/**
 * Closes a break with what was found, by an operator's word. Throws `BREAK_NOT_FOUND`,
 * `BREAK_ALREADY_RESOLVED` and `DATABASE_UNAVAILABLE`.
 */
export async function resolveBreak(
  { breaks }: { breaks: Pick<Breaks, 'resolveBreak'> },
  operator: Caller,
  breakId: string,
  resolution: string,
): Promise<Break> {
  const resolved = await breaks.resolveBreak(breakId, operatorName(operator), resolution);
  if (resolved === 'NOT_FOUND') throw new HubError('BREAK_NOT_FOUND');
  if (resolved === 'ALREADY_RESOLVED') throw new HubError('BREAK_ALREADY_RESOLVED');
  return resolved;
}
