import postgres from 'postgres';
import { waitUntil } from '../../dev/wait-until.ts';

const BLOCKED_MS_MAX = 20_000;

export interface AccountLock {
  /**
   * Waits until a connection of that application waits for the lock: whatever it wants to write is
   * ready and not written.
   */
  waitForBlocked(applicationName: string): Promise<void>;
  /**
   * Ends the waiting connections, as a broken network would: what they wanted to write is never
   * written.
   */
  dropBlocked(): Promise<void>;
  release(): Promise<void>;
}

/**
 * Holds the row of an account as the writing functions do, so that nothing can be booked or accepted
 * for it until the lock is released.
 */
export async function lockAccount(databaseUrl: string, accountId: string): Promise<AccountLock> {
  const sql = postgres(databaseUrl, { max: 2, onnotice: () => {} });
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const {
    promise: locked,
    resolve: tellLocked,
    reject: tellFailed,
  } = Promise.withResolvers<number>();
  const holding = sql.begin(async (tx) => {
    const [row] = await tx<
      { pid: number }[]
    >`select pg_backend_pid() as pid from accounts where id = ${accountId} for no key update`;
    if (!row) throw new Error(`there is no account ${accountId}`);
    tellLocked(row.pid);
    await released;
  });
  // A server that dies takes the lock along; a lock that was never had is told to the caller.
  const ended = holding.catch((error: unknown) => tellFailed(error));
  const pid = await locked;
  const findBlocked = (applicationName: string | null) => sql<{ pid: number }[]>`
    select pid from pg_stat_activity
    where ${pid}::int = any(pg_blocking_pids(pid)) and (${applicationName}::text is null or application_name = ${applicationName})`;
  return {
    async waitForBlocked(applicationName) {
      const isBlocked = async () => (await findBlocked(applicationName)).length > 0;
      await waitUntil(isBlocked, {
        timeoutMs: BLOCKED_MS_MAX,
        everyMs: 20,
        message: `${applicationName} does not wait for the account`,
      });
    },
    async dropBlocked() {
      for (const blocked of await findBlocked(null))
        await sql`select pg_terminate_backend(${blocked.pid})`;
    },
    async release() {
      release();
      await ended;
      await sql.end({ timeout: 1 });
    },
  };
}
