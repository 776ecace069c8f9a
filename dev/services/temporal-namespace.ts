import { Connection, isGrpcServiceError } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { waitUntil } from '../wait-until.ts';

/** What operators and the API search workflows by; the types are Temporal's. */
export const SEARCH_ATTRIBUTES = {
  AttentionNeeded: 'Bool',
  StepFailing: 'Keyword',
  OrderStatus: 'Keyword',
  AccountId: 'Keyword',
  Symbol: 'Keyword',
} as const;

/** `IndexedValueType` of temporal.api.enums.v1. */
const VALUE_TYPES = { Keyword: 2, Bool: 5 } as const;

/** The search attributes as a call to register them takes them. */
const INDEXED_VALUE_TYPES: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries(SEARCH_ATTRIBUTES).map(([name, type]) => [name, VALUE_TYPES[type]]),
);

/** `ALREADY_EXISTS` of gRPC. */
const ALREADY_EXISTS = 6;

const RETENTION_DAYS = 30;

/**
 * How long the server keeps the history of a workflow that has closed: `TEMPORAL_RETENTION_DAYS`, 30
 * unless said. An order's audit trail is kept in Postgres, for good. Throws a sentence.
 */
export function readRetention({ TEMPORAL_RETENTION_DAYS: days }: NodeJS.ProcessEnv): number {
  if (!days) return RETENTION_DAYS;
  if (!/^[1-9]\d{0,3}$/.test(days))
    throw new Error('TEMPORAL_RETENTION_DAYS must be a whole number of days, 1 to 9999');
  return Number(days);
}

/**
 * Registers on a server that is not ours the search attributes that it lacks. Throws when the
 * server does not let us.
 */
export async function ensureSearchAttributes(address: string, namespace: string): Promise<void> {
  await withConnection(address, async ({ operatorService }) => {
    const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
    const missing = Object.entries(INDEXED_VALUE_TYPES).filter(
      ([name]) => customAttributes?.[name] === undefined,
    );
    if (missing.length === 0) return;
    const searchAttributes = Object.fromEntries(missing);
    await operatorService.addSearchAttributes({ namespace, searchAttributes });
  });
}

/** Registers them on a server that has none; the time-skipping one cannot list what it has. */
export function addSearchAttributes(address: string, namespace: string): Promise<unknown> {
  const searchAttributes = INDEXED_VALUE_TYPES;
  return withConnection(address, ({ operatorService }) =>
    operatorService.addSearchAttributes({ namespace, searchAttributes }),
  );
}

/** Closed workflows are kept for so long from now on, those that have closed before as well. */
export function setRetention(address: string, namespace: string, days: number): Promise<unknown> {
  const workflowExecutionRetentionTtl = msToTs(`${days} days`);
  return withConnection(address, ({ workflowService }) =>
    workflowService.updateNamespace({ namespace, config: { workflowExecutionRetentionTtl } }),
  );
}

/** Creates the namespace unless it is there, and waits until the server knows it everywhere. */
export async function ensureNamespace(address: string, namespace: string): Promise<void> {
  await withConnection(address, async ({ workflowService }) => {
    try {
      await workflowService.registerNamespace({
        namespace,
        workflowExecutionRetentionPeriod: msToTs(`${RETENTION_DAYS} days`),
      });
    } catch (error) {
      if (!isGrpcServiceError(error) || error.code !== ALREADY_EXISTS) throw error;
    }
  });
  const isKnown = () => hasNamespace(address, namespace);
  await waitUntil(isKnown, {
    timeoutMs: 60_000,
    everyMs: 500,
    message: `Temporal at ${address} does not get to know namespace ${namespace}`,
  });
}

/** Whether the server answers and has the namespace. */
export async function hasNamespace(address: string, namespace: string): Promise<boolean> {
  try {
    await withConnection(address, ({ workflowService }) =>
      workflowService.describeNamespace({ namespace }),
    );
    return true;
  } catch {
    return false;
  }
}

async function withConnection<T>(
  address: string,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await Connection.connect({ address, connectTimeout: 5_000 });
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}
