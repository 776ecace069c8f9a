import { setTimeout as sleep } from 'node:timers/promises';
import type { SystemPart } from '../contracts/operators/system-status.ts';
import { askSystem, type OperatorAccess } from './operator-access.ts';
import { listTroubles } from './system-table.ts';

/** What has just been started gets some seconds to come up. */
const PATIENCE = { attemptsMax: 5, betweenMs: 2_000 };

/** Says of each part that is not UP what to do about it. */
export async function warnOfTroubles(
  access: OperatorAccess,
  say: (name: string, line: string) => void,
  signal: AbortSignal,
  patience = PATIENCE,
): Promise<void> {
  try {
    const troubles = await findTroubles(access, signal, patience);
    for (const { name, status, detail, action } of troubles)
      say('warning', `${name} is ${status}. ${detail} ${action}`);
  } catch (error) {
    if (!signal.aborted) say('warning', (error as Error).message);
  }
}

async function findTroubles(
  access: OperatorAccess,
  signal: AbortSignal,
  { attemptsMax, betweenMs }: typeof PATIENCE,
): Promise<SystemPart[]> {
  for (let attempt = 1; ; attempt++) {
    const troubles = listTroubles((await askSystem(access)).parts);
    if (troubles.length === 0 || attempt === attemptsMax) return troubles;
    await sleep(betweenMs, undefined, { signal });
  }
}
