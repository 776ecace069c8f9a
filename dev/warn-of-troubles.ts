import { setTimeout as sleep } from 'node:timers/promises';
import type { SystemPart } from '../contracts/operators/system-status.ts';
import { askSystem, type OperatorAccess } from './operator-access.ts';
import { listTroubles } from './system-table.ts';

const ATTEMPTS_MAX = 5;
const BETWEEN_MS = 2_000;

/**
 * Says of each part that is not UP what to do about it. What has just been started gets some
 * seconds to come up.
 */
export async function warnOfTroubles(
  access: OperatorAccess,
  say: (name: string, line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  try {
    const troubles = await findTroubles(access, signal);
    for (const { name, status, detail, action } of troubles)
      say('warning', `${name} is ${status}. ${detail} ${action}`);
  } catch (error) {
    if (!signal.aborted) say('warning', (error as Error).message);
  }
}

async function findTroubles(access: OperatorAccess, signal: AbortSignal): Promise<SystemPart[]> {
  for (let attempt = 1; ; attempt++) {
    const troubles = listTroubles((await askSystem(access)).parts);
    if (troubles.length === 0 || attempt === ATTEMPTS_MAX) return troubles;
    await sleep(BETWEEN_MS, undefined, { signal });
  }
}
