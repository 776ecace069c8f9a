import { HubError } from '../contracts/errors.ts';

/** Times a decision is made anew because what it stood on moved under its write. */
const DECISIONS_MAX = 8;

/**
 * Makes a decision and writes it, anew on what holds then when what it stood on no longer did:
 * `decide` reads, decides and writes, and answers null when nothing was written for that reason.
 * Throws what it throws, and `DATABASE_UNAVAILABLE` with `facts` and `detail` after eight in vain.
 */
export async function decideUntilWritten<T>(
  decide: (decision: number) => Promise<T | null>,
  { detail, facts = {} }: { detail: string; facts?: Record<string, string> },
): Promise<T> {
  for (let decision = 0; decision < DECISIONS_MAX; decision++) {
    const written = await decide(decision);
    if (written !== null) return written;
  }
  throw new HubError('DATABASE_UNAVAILABLE', facts, { detail });
}
