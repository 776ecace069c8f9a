import type { ServerLimits } from './server-limits.ts';

export interface Turn {
  /** Called at once, or when the address's turn is. */
  begin: () => void;
  /** Called in its place, when the turn would come too late. */
  reject: () => void;
  /**
   * Rejects no sooner than the longest wait: who repeats at once what is rejected gains nothing.
   */
  rejectsLate: boolean;
}

export interface Pace {
  take(network: string, turn: Turn): void;
  /** Forgets addresses that owe nothing; to be called now and then. */
  sweep(): void;
}

type PaceLimits = Pick<ServerLimits, 'requestsPerSecondMax' | 'requestsAtOnceMax' | 'turnMsMax'>;

/**
 * Spreads the requests of one address over time (the generic cell rate algorithm, ITU-T I.371): so
 * many at once, then so many a second. Who asks faster is served later and costs a timer meanwhile,
 * so that one address cannot take the processor from all.
 */
export function createPace(
  { requestsPerSecondMax, requestsAtOnceMax, turnMsMax }: PaceLimits,
  now = () => performance.now(),
): Pace {
  const spacingMs = 1_000 / requestsPerSecondMax;
  const allowanceMs = requestsAtOnceMax * spacingMs;
  /** When the next request of an address would be due if all came evenly. */
  const dueAt = new Map<string, number>();

  return {
    take(network, { begin, reject, rejectsLate }) {
      const time = now();
      const due = Math.max(dueAt.get(network) ?? 0, time);
      const waitMs = due - time - allowanceMs;
      if (waitMs > turnMsMax) {
        if (rejectsLate) setTimeout(reject, turnMsMax).unref();
        else reject();
        return;
      }
      dueAt.set(network, due + spacingMs);
      if (waitMs <= 0) begin();
      else setTimeout(begin, waitMs).unref();
    },
    sweep() {
      const time = now();
      for (const [network, due] of dueAt) if (due <= time) dueAt.delete(network);
    },
  };
}
