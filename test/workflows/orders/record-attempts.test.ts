import { describe, expect, it } from 'vitest';
import type { OrderStep } from '../../../contracts/orders/workflow-messages.ts';
import type { LifeState } from '../../../workflows/orders/life-state.ts';
import { nextAction } from '../../../workflows/orders/next-action.ts';
import { begin, START_MS, tell } from '../../support/order-events.ts';
import { FILLED, OPERATOR, PENDING, progressOf } from '../../support/order-workflow-rig.ts';

const EXECUTE = { do: 'EXECUTE' } as const;

/** Placing fails so often, at once when it is due. */
function afterFailures(count: number, over: Partial<LifeState> = {}): LifeState {
  let state = begin({ progress: PENDING, ...over });
  for (let n = 0; n < count; n++) {
    const dueAtMs = state.retries.EXECUTE?.dueAtMs ?? state.nowMs;
    state = tell(state, { type: 'STEP_BEGUN', action: EXECUTE }, Math.max(dueAtMs, state.nowMs));
    state = fail(state, 'PLACE', 'BrokerUnavailable');
  }
  return state;
}

const fail = (state: LifeState, step: OrderStep, code: string): LifeState =>
  tell(state, {
    type: 'STEP_FAILED',
    action: EXECUTE,
    failure: { code, class: 'TRANSIENT', message: '', facts: { step, progress: PENDING } },
  });

const inMs = (ms: number) => new Date(START_MS + ms).toISOString();

const record = (state: LifeState): LifeState => {
  const action = nextAction(state);
  if (action.do !== 'RECORD') throw new Error(`it does ${action.do}`);
  return tell(state, { type: 'RECORDED', record: action.record });
};

describe('attempts that failed', () => {
  it('are not written down between quick retries', () => {
    expect(nextAction(afterFailures(4))).toMatchObject({ do: 'WAIT' });
  });

  it('are written down before the first wait of minutes, with when it is tried again', () => {
    const action = nextAction(afterFailures(5));
    expect(action).toMatchObject({ do: 'RECORD' });
    if (action.do !== 'RECORD') return;
    const { attempts, trouble } = action.record;
    expect(attempts.map(({ attempt, at }) => [attempt, at])).toEqual([
      [1, inMs(0)],
      [2, inMs(0)],
      [3, inMs(1_000)],
      [4, inMs(6_000)],
      [5, inMs(36_000)],
    ]);
    expect(attempts.every(({ askedBy }) => askedBy === null)).toBe(true);
    expect(trouble).toEqual({
      ...{ step: 'PLACE', code: 'BrokerUnavailable' },
      attempt: 5,
      nextAttemptAt: inMs(336_000),
    });
  });

  it('are written down once', () => {
    const state = record(afterFailures(5));
    expect(nextAction(state)).toMatchObject({ do: 'WAIT' });
    expect(state.unrecorded).toEqual([]);
  });

  it('are written down before an operator is called', () => {
    expect(nextAction(record(afterFailures(9)))).toMatchObject({ do: 'SUSPEND' });
  });

  it('name the operator who asked for one', () => {
    let state = record(afterFailures(5));
    state = tell(state, { type: 'RETRY_ASKED', request: OPERATOR });
    state = tell(state, { type: 'STEP_BEGUN', action: EXECUTE });
    state = fail(state, 'PLACE', 'BrokerUnavailable');
    expect(state.unrecorded).toMatchObject([{ attempt: 6, askedBy: 'user/olga' }]);
  });

  it('leave the open circuit out, which kept back what an operator asked for', () => {
    let state = record(afterFailures(5));
    state = tell(state, { type: 'RETRY_ASKED', request: OPERATOR });
    state = tell(state, { type: 'STEP_BEGUN', action: EXECUTE });
    state = fail(state, 'PLACE', 'BrokerCircuitOpen');
    expect(state.unrecorded).toEqual([]);
  });

  it('are written down with the end of the trouble, and the order is done then', () => {
    const state = tell(record(afterFailures(5)), {
      type: 'EXECUTED',
      executed: { accept: 'ACCEPTED', place: 'ACKNOWLEDGED', booked: [], progress: FILLED },
    });
    expect(nextAction(state)).toEqual({ do: 'RECORD', record: { attempts: [], trouble: null } });
    expect(nextAction(record(state))).toEqual({ do: 'DONE' });
  });

  it('are written down too when quick retries mended it', () => {
    const state = tell(afterFailures(2), {
      type: 'EXECUTED',
      executed: { accept: 'ACCEPTED', place: 'ACKNOWLEDGED', booked: [], progress: progressOf() },
    });
    expect(nextAction(state)).toMatchObject({ do: 'RECORD', record: { trouble: null } });
    expect(nextAction(record(state))).toMatchObject({ do: 'WAIT' });
  });

  it('are kept while they cannot be written: the last hundred', () => {
    const attempts = Array.from({ length: 100 }, (_, index) => ({
      ...({ step: 'PLACE', code: 'TIMEOUT', nextAttemptAt: null, askedBy: null } as const),
      ...{ at: inMs(-index), attempt: index },
    }));
    const state = afterFailures(1, { unrecorded: attempts });
    expect(state.unrecorded).toHaveLength(100);
    expect(state.unrecorded.at(-1)).toMatchObject({ attempt: 1, code: 'BrokerUnavailable' });
  });

  it('cost an order nothing in which all goes well', () => {
    const executed = { accept: 'ACCEPTED', place: 'ACKNOWLEDGED', booked: [] } as const;
    const state = tell(begin(), {
      type: 'EXECUTED',
      executed: { ...executed, booked: [], progress: FILLED },
    });
    expect(nextAction(state)).toEqual({ do: 'DONE' });
  });
});
