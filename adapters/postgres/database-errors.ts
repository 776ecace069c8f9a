import postgres from 'postgres';
import { HubError } from '../../contracts/errors.ts';

/** The driver's and the socket's words for a connection that could not be made or was lost. */
const CONNECTION_CODES: ReadonlySet<string> = new Set([
  'ANSWER_TIMEOUT',
  'CONNECTION_CLOSED',
  'CONNECTION_DESTROYED',
  'CONNECTION_ENDED',
  'CONNECT_TIMEOUT',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

/**
 * SQLSTATE (PostgreSQL, appendix A) of a server that cannot serve now: too_many_connections,
 * query_canceled (the statement's time is up), admin_shutdown, crash_shutdown, cannot_connect_now.
 * Class 08 is connection_exception.
 */
const SERVER_CODES: ReadonlySet<string> = new Set(['53300', '57014', '57P01', '57P02', '57P03']);
const CONNECTION_EXCEPTION = /^08[0-9A-Z]{3}$/;

/** An error of ours may stand around the driver's; deeper chains are not ours to read. */
const CAUSES_MAX = 3;

/**
 * `DATABASE_UNAVAILABLE`, with the error as its cause, when the error says that the database cannot
 * be reached or cannot answer now; `null` for every other error (a broken constraint is a defect or
 * an outcome, and the caller's to judge). A write that fails so may have been committed: send it
 * again under its business key. A `HubError` has been judged already.
 */
export function databaseErrorToHubError(error: unknown): HubError | null {
  let current = error;
  for (
    let depth = 0;
    depth < CAUSES_MAX && current instanceof Error && !(current instanceof HubError);
    depth += 1
  ) {
    if (isUnavailable(current)) return new HubError('DATABASE_UNAVAILABLE', {}, { cause: error });
    current = current.cause;
  }
  return null;
}

function isUnavailable(error: Error): boolean {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return CONNECTION_CODES.has(code) || SERVER_CODES.has(code) || CONNECTION_EXCEPTION.test(code);
}

/**
 * Runs one call of the database; throws `HubError('DATABASE_UNAVAILABLE')` when it cannot answer
 * now, and any other error as it is.
 */
export async function guardDatabase<T>(run: () => PromiseLike<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw databaseErrorToHubError(error) ?? error;
  }
}

type Method = (...args: readonly unknown[]) => PromiseLike<unknown>;

/**
 * A port whose every method goes through {@link guardDatabase}. For plain objects of asynchronous
 * functions.
 */
export function guardDatabasePort<P extends object>(port: P): P {
  const guarded = Object.entries<Method>(port as Record<string, Method>).map(([name, method]) => [
    name,
    (...args: readonly unknown[]) => guardDatabase(() => method(...args)),
  ]);
  return Object.fromEntries(guarded) as P;
}

/**
 * SQLSTATE that the database's writing functions raise when what the caller decided on no longer
 * holds.
 */
const STATE_CHANGED = 'HB001';

/** What the write gives, or CONFLICT when it was turned away: then nothing is written. */
export async function unlessChanged<T>(write: () => Promise<T>): Promise<T | 'CONFLICT'> {
  try {
    return await write();
  } catch (error) {
    if (error instanceof postgres.PostgresError && error.code === STATE_CHANGED) return 'CONFLICT';
    throw error;
  }
}
