/**
 * Of an account, and so of its orders that are under way at one time with a workflow started ahead.
 */
const CREDITS_MAX = 20;
/** Whoever is forgotten waits for one read once more. */
const ACCOUNTS_MAX = 10_000;

/**
 * Whose orders may have their workflow started before anybody knows whether they are accepted. An
 * account earns that with accepted orders, and loses it with a rejected one: credits, one taken for
 * each order, and given back with one more when it is accepted. So what an account that cannot pay
 * sends starts no workflow, and one that could until now at most as many as it had credits.
 */
export function createEarlyStarts(accountsMax = ACCOUNTS_MAX) {
  const credits = new Map<string, number>();

  function set(accountId: string, count: number): void {
    credits.delete(accountId);
    const [oldest] = credits.keys();
    if (credits.size >= accountsMax && oldest !== undefined) credits.delete(oldest);
    credits.set(accountId, Math.min(count, CREDITS_MAX));
  }

  return {
    /** Takes a credit; `false` when there is none. */
    take(accountId: string): boolean {
      const left = credits.get(accountId) ?? 0;
      if (left > 0) set(accountId, left - 1);
      return left > 0;
    },
    /** `wasEarly`: a credit was taken for the order. */
    accepted(accountId: string, { wasEarly }: { wasEarly: boolean }): void {
      set(accountId, (credits.get(accountId) ?? 0) + (wasEarly ? 2 : 1));
    },
    rejected(accountId: string): void {
      credits.delete(accountId);
    },
  };
}

export type EarlyStarts = ReturnType<typeof createEarlyStarts>;
