import type { OrderStep } from '../../contracts/workflow-messages.ts';
import { assertNever } from '../../domain/assert-never.ts';
import { CIRCUIT_OPEN_MS } from '../../domain/retry/circuit.ts';
import { BOOKING_RETRY_SCHEDULE_MS, EXECUTION_RETRY_SCHEDULE_MS, nextRetry, QUICK_RETRIES_MS } from '../../domain/retry/schedules.ts';
import type { AttemptFailure } from './failure.ts';

/** What an order's workflow does that can fail. EXECUTE is the stretch of accept, place and book. */
export type ActionName = 'FIND_DECISION' | 'EXECUTE' | 'BOOK' | 'CANCEL' | 'REPLACE' | 'EXPIRE' | 'SUSPEND' | 'RESUME';

/** An action whose attempts have failed so far. */
export interface Retry {
  action: ActionName;
  /** The step to name to people: of the stretch the one that failed last. */
  step: OrderStep;
  code: string;
  failures: number;
  /** Of the next attempt; null when the schedule is used up and an operator decides. */
  dueAtMs: number | null;
  /** It was asked for at once since the last attempt began. */
  isHurried?: boolean;
  /** The attempt under way is one that was asked for. */
  isAskedFor?: boolean;
  /** That attempt got no further than the open circuit: the next one makes up for it. */
  isKeptBack?: boolean;
}

/** The failed actions of one order and when each is tried again: quickly at first, then by its schedule, then by an operator. */
export class Retries {
  private readonly byAction: Map<ActionName, Retry>;

  constructor(open: readonly Retry[] = []) {
    this.byAction = new Map(open.map((retry) => [retry.action, retry]));
  }

  /** All of them, as plain data. */
  get open(): Retry[] {
    return [...this.byAction.values()];
  }

  failed(action: ActionName, failure: AttemptFailure, nowMs: number): void {
    const last = this.byAction.get(action);
    const step = failure.step ?? stepOf(action);
    const isKeptBack = last?.isAskedFor === true && failure.code === 'BrokerCircuitOpen';
    const failures = (last?.failures ?? 0) + (isKeptBack ? 0 : 1);
    const waitMs = isKeptBack ? CIRCUIT_OPEN_MS : waitAfter(action, step, failures);
    const dueAtMs = waitMs === null ? null : nowMs + waitMs;
    this.byAction.set(action, { action, step, code: failure.code, failures, dueAtMs, isKeptBack });
  }

  /** An attempt begins; what was asked for until now is asked of it. */
  begun(action: ActionName): void {
    const retry = this.byAction.get(action);
    if (!retry) return;
    retry.isAskedFor = retry.isHurried === true;
    retry.isHurried = false;
    retry.isKeptBack = false;
  }

  /** Whether the next attempt was asked for at once while the one that has just failed was under way. */
  isHurried(action: ActionName): boolean {
    return this.byAction.get(action)?.isHurried === true;
  }

  /** Whether what was asked for is still to be done: an open circuit kept the attempt back. */
  isKeptBack(action: ActionName): boolean {
    return this.byAction.get(action)?.isKeptBack === true;
  }

  /** Done, or no longer wanted. */
  settled(action: ActionName): void {
    this.byAction.delete(action);
  }

  /** The next attempts are due now; what was used up starts anew. */
  hurry(nowMs: number): void {
    for (const retry of this.byAction.values()) {
      if (retry.dueAtMs === null) retry.failures = 0;
      retry.dueAtMs = nowMs;
      retry.isHurried = true;
    }
  }

  isReady(action: ActionName, nowMs: number): boolean {
    const retry = this.byAction.get(action);
    return retry === undefined || (retry.dueAtMs !== null && retry.dueAtMs <= nowMs);
  }

  hasFailed(action: ActionName): boolean {
    return this.byAction.has(action);
  }

  get exhausted(): Retry | null {
    return this.all.find(({ dueAtMs }) => dueAtMs === null) ?? null;
  }

  /** What is tried again next; one that waits for an operator counts as last. */
  get next(): Retry | null {
    return this.all.sort((a, b) => (a.dueAtMs ?? Number.MAX_VALUE) - (b.dueAtMs ?? Number.MAX_VALUE))[0] ?? null;
  }

  /** Those that people wait for: not the bookkeeping of the wait itself. */
  private get all(): Retry[] {
    return this.open.filter(({ action }) => !isBookkeeping(action));
  }

  dueAtMs(action: ActionName): number | null {
    return this.byAction.get(action)?.dueAtMs ?? null;
  }
}

function stepOf(action: ActionName): OrderStep {
  switch (action) {
    case 'FIND_DECISION':
      return 'ACCEPT';
    case 'EXECUTE':
      return 'PLACE';
    case 'SUSPEND':
    case 'RESUME':
      return 'BOOK';
    case 'BOOK':
    case 'CANCEL':
    case 'REPLACE':
    case 'EXPIRE':
      return action;
    default:
      return assertNever(action);
  }
}

/** `null` when an operator is next. That one has been called must be written some time: this is tried without an end. */
function waitAfter(action: ActionName, step: OrderStep, failures: number): number | null {
  const isBooking = step === 'BOOK' || step === 'ACCEPT';
  const schedule = [...QUICK_RETRIES_MS, ...(isBooking ? BOOKING_RETRY_SCHEDULE_MS : EXECUTION_RETRY_SCHEDULE_MS)];
  const wait = nextRetry(schedule, isBookkeeping(action) ? Math.min(failures, schedule.length) : failures);
  return wait === 'EXHAUSTED' ? null : wait.waitMs;
}

const isBookkeeping = (action: ActionName): boolean => action === 'SUSPEND' || action === 'RESUME';
