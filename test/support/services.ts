import { inject } from 'vitest';

/** Long enough for a first run that has to build the Temporal CLI. */
const FIRST_START_MS = 25 * 60_000;

/** A fresh database with the hub's schema for the calling test file alone; the run drops it at its end. */
export async function createTestDatabase(): Promise<{ url: string }> {
  return { url: await demand<string>('database/migrated') };
}

/** A fresh database without any schema. */
export async function createEmptyDatabase(): Promise<{ url: string }> {
  return { url: await demand<string>('database/empty') };
}

/** The URL of the run's Redis, shared by all files: use keys of your own. Throws when this machine has none. */
export async function useRedis(): Promise<string> {
  const url = await demand<string | null>('redis');
  if (url === null) throw new Error('this test needs Redis: install redis-server or set REDIS_URL');
  return url;
}

/** The run's Temporal server, shared by all files: use task queues and workflow ids of your own. */
export function useTemporal(): Promise<{ address: string; namespace: string }> {
  return demand('temporal');
}

/** A new state folder for `startStack`: what still runs in it when the run ends, or is ended by Ctrl-C, is stopped and removed. */
export function makeStackFolder(): Promise<string> {
  return demand('stack-folder');
}

/** The path for `createTimeSkipping({ server: { executable: { type: 'existing-path', path } } })`. */
export function useTimeSkipping(): Promise<string> {
  return demand('time-skipping');
}

async function demand<T>(name: string): Promise<T> {
  const response = await fetch(`${inject('sharedServicesUrl')}/${name}`, { signal: AbortSignal.timeout(FIRST_START_MS) });
  const { value, error } = (await response.json()) as { value: T; error?: string };
  if (error !== undefined) throw new Error(error);
  return value;
}
