import type { StackKind, StackLease } from './stack-pool.ts';

/** Where the run's services are asked for; set for all test files by global-setup.ts. */
export const SERVICES_URL = 'TEST_SERVICES_URL';

/** Long enough for a first run that has to build the Temporal CLI. */
const FIRST_START_MS = 25 * 60_000;

/**
 * A fresh database with the hub's schema for the calling test file alone; the run drops it at its
 * end.
 */
export async function createTestDatabase(): Promise<{ url: string }> {
  return { url: await demand<string>('database/migrated') };
}

/** A fresh database without any schema. */
export async function createEmptyDatabase(): Promise<{ url: string }> {
  return { url: await demand<string>('database/empty') };
}

/**
 * The URL of the run's Redis, shared by all files: use keys of your own. Throws when this machine
 * has none.
 */
export async function useRedis(): Promise<string> {
  const url = await demand<string | null>('redis');
  if (url === null) throw new Error('this test needs Redis: install redis-server or set REDIS_URL');
  return url;
}

/** The run's Temporal server, shared by all files: use task queues and workflow ids of your own. */
export function useTemporal(): Promise<{
  address: string;
  namespace: string;
  /** From so many events on it suggests to a workflow that it continue as new. */
  suggestedEvents: number;
}> {
  return demand('temporal');
}

/**
 * A new state folder for `startStack`: what still runs in it when the run ends, or is ended by
 * Ctrl-C, is stopped and removed.
 */
export function makeStackFolder(): Promise<string> {
  return demand('folder/empty');
}

/** Such a folder with the data of a database server in it, as initdb leaves them. */
export function makeServerFolder(): Promise<string> {
  return demand('folder/server');
}

/** Such a folder with a database server's data in it: migrated, with the demo users. */
export function makePreparedStackFolder(): Promise<string> {
  return demand('folder/prepared');
}

/** Whether a test run is under way, which has all this; other programs use tests' support, too. */
export const isTestRun = (): boolean => process.env[SERVICES_URL] !== undefined;

/** Waits until the bundles of the workflows, real and quick ones, are made and kept. */
export function makeWorkflowBundles(): Promise<void> {
  return demand('workflow-bundles');
}

/** A running stack for the caller alone, until {@link giveBackStack}. */
export function leaseStack(kind: StackKind): Promise<StackLease> {
  return demand(`lease/${kind}`);
}

/** Starts market-data of a leased stack again, with the prices that were written. */
export function moveLeasedPrices(id: number): Promise<void> {
  return demand(`move-prices/${id}`);
}

export function giveBackStack(id: number): Promise<void> {
  return demand(`give-back/${id}`);
}

/** The port of a new time-skipping server; the caller stops it. */
export function startTimeSkippingServer(): Promise<number> {
  return demand('start-time-skipping');
}

export function stopTimeSkippingServer(port: number): Promise<void> {
  return demand(`stop-time-skipping/${port}`);
}

async function demand<T>(name: string): Promise<T> {
  const response = await fetch(`${process.env[SERVICES_URL]}/${name}`, {
    signal: AbortSignal.timeout(FIRST_START_MS),
  });
  const { value, error } = (await response.json()) as { value: T; error?: string };
  if (error !== undefined) throw new Error(error);
  return value;
}
