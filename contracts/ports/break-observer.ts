import type { BreakKind } from './breaks.ts';

/** Is told of each break that was raised, for metrics and alerts. */
export interface BreakObserver {
  breakRaised(kind: BreakKind): void;
}
