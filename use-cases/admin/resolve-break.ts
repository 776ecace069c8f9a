import { HubError } from '../../contracts/errors.ts';
import type { Breaks } from '../../contracts/ports/breaks.ts';
import type { AdminUseCases } from '../use-cases.ts';
import { operatorName } from './operator-name.ts';

/** Closes a break with what was found. Throws `BREAK_NOT_FOUND`, `BREAK_ALREADY_RESOLVED` and `DATABASE_UNAVAILABLE`. */
export function createResolveBreak({ breaks }: { breaks: Pick<Breaks, 'resolveBreak'> }): AdminUseCases['resolveBreak'] {
  return async (operator, breakId, resolution) => {
    const resolved = await breaks.resolveBreak(breakId, operatorName(operator), resolution);
    if (resolved === 'NOT_FOUND') throw new HubError('BREAK_NOT_FOUND');
    if (resolved === 'ALREADY_RESOLVED') throw new HubError('BREAK_ALREADY_RESOLVED');
    return resolved;
  };
}
