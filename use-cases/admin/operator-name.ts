import type { Caller } from '../../contracts/caller.ts';

/** How the audit trail names an operator. */
export const operatorName = (caller: Caller): string => `user/${caller.userId}`;
