import { randomUUID } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/activity';
import { type WorkflowHandle, WorkflowUpdateFailedError } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExecutionActivities } from '../../../activities/executions/execution-activities.ts';
import type { ExecutionReport } from '../../../contracts/broker-session/broker.ts';
import type {
  ExecutionOutcome,
  ExecutionStanding,
} from '../../../contracts/executions/execution-workflows.ts';
import { executionWorkflowId } from '../../../contracts/ids.ts';
import {
  EXECUTION_WORKFLOW,
  type OperatorRequest,
  PROGRESS_QUERY,
  RETRY_NOW_UPDATE,
  STEP_FAILING,
} from '../../../contracts/orders/workflow-messages.ts';
import '../../support/quiet-runtime.ts';
import { createSharedWorker, type SharedWorker } from '../../support/shared-worker.ts';
import { useTimeSkipping } from '../../support/time-skipping.ts';
import { useWorkflowBundle } from '../../support/workflow-bundle.ts';
import { readPage } from '../../support/workflow-page.ts';

const ORDER = '0403b9a7-6d97-5966-b70f-ff8522d52ce3';
/** Seconds between one attempt and the next, when all fail. */
const WAITS_S = [1, 5, 30, 120, 600, 1_800, 7_200];
const OPERATOR: OperatorRequest = { operator: 'user/olga', reason: 'cash was deposited' };

let env: TestWorkflowEnvironment;
let shared: SharedWorker;

beforeAll(async () => {
  env = await useTimeSkipping();
  shared = await createSharedWorker(env, await useWorkflowBundle());
});
afterAll(async () => {
  await shared?.stop();
  await env?.teardown();
});

const lateFill = (brokerExecutionId: string): ExecutionReport => ({
  broker: 'paper-broker',
  sequence: 7,
  brokerExecutionId,
  brokerClientOrderId: ORDER,
  execType: 'TRADE',
  lastQuantity: '10',
  lastPrice: '205.75',
  cumulativeQuantity: '10',
  leavesQuantity: '0',
  time: '2026-11-24T14:31:00.000Z',
  rejectCode: null,
  inAnswer: false,
});

interface Attempt {
  operator: OperatorRequest | null;
}

/**
 * Runs the workflow with a booking that does as `book` says, counted from 1, while `body` runs.
 * With `stopAt`, time passes until that attempt has failed, and stands still in the wait after it
 * when `body` begins.
 */
async function withExecution<T>(
  book: (attempt: number) => Promise<ExecutionOutcome>,
  body: (handle: WorkflowHandle, attempts: Attempt[]) => Promise<T>,
  stopAt?: number,
): Promise<T> {
  const attempts: Attempt[] = [];
  const activities: ExecutionActivities = {
    bookLateExecution: async (_orderId, _report, operator) => {
      attempts.push({ operator });
      // While an attempt runs no time is skipped: from here on none is until the test says so.
      if (attempts.length === stopAt) await env.connection.testService?.lockTimeSkipping({});
      return book(attempts.length);
    },
  };
  const report = lateFill(`x-${randomUUID()}`);
  const workflow = {
    type: EXECUTION_WORKFLOW,
    workflowId: executionWorkflowId(report.broker, report.brokerExecutionId),
    args: [ORDER, report],
  };
  return shared.run(activities, workflow, async (handle) => {
    if (stopAt !== undefined) {
      await env.connection.testService?.unlockTimeSkipping({});
      await expect
        .poll(() => waitingOf(handle), { timeout: 20_000 })
        .toMatchObject({ failures: stopAt });
    }
    return body(handle, attempts);
  });
}

const fail = async (): Promise<never> => {
  throw ApplicationFailure.create({ type: 'DATABASE_UNAVAILABLE', message: 'no database' });
};

const waitingOf = async (handle: WorkflowHandle) =>
  (await handle.query<ExecutionStanding>(PROGRESS_QUERY)).waiting;

/** Fails so often, then books. */
const failTimes = (failures: number) => async (attempt: number) =>
  attempt <= failures ? fail() : ('LATE_FILL' as const);

/**
 * Seconds of each timer, as the history has them: what a slow machine adds between attempts does
 * not count.
 */
async function waitsOf(handle: WorkflowHandle): Promise<number[]> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).flatMap(({ timerStartedEventAttributes: timer }) =>
    timer ? [Number(timer.startToFireTimeout?.seconds)] : [],
  );
}

async function countCanceledTimers(handle: WorkflowHandle): Promise<number> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).filter((event) => event.timerCanceledEventAttributes).length;
}

const needsAttention = async (handle: WorkflowHandle): Promise<unknown> =>
  (
    await handle.describe()
  ).raw.workflowExecutionInfo?.searchAttributes?.indexedFields?.AttentionNeeded?.data?.toString();

const STEP = defineSearchAttributeKey(STEP_FAILING, SearchAttributeType.KEYWORD);
const failingStep = async (handle: WorkflowHandle): Promise<string | null> =>
  (await handle.describe()).typedSearchAttributes.get(STEP) ?? null;

describe('an execution whose order has no workflow', () => {
  it.each(['BOOKED', 'LATE_FILL', 'IMPOSSIBLE_REPORT', 'UNKNOWN_ORDER'] as const)(
    'ends after one attempt that comes to %s',
    async (outcome) => {
      await withExecution(
        async () => outcome,
        async (handle, attempts) => {
          expect(await handle.result()).toBe(outcome);
          expect(attempts).toHaveLength(1);
          const page = await readPage(handle);
          expect(page).toContain(`\`order/${ORDER}\``);
          expect(page).toContain(outcome === 'BOOKED' ? '- **booked**' : outcome);
          expect(page).not.toContain('being booked');
        },
      );
    },
  );

  it.each(WAITS_S.map((wait, index) => [index + 1, wait]))(
    'waits to the second after failure %i: %i s',
    async (failures) => {
      await withExecution(failTimes(failures), async (handle, attempts) => {
        expect(await handle.result()).toBe('LATE_FILL');
        expect(attempts).toHaveLength(failures + 1);
        expect(await waitsOf(handle)).toEqual(WAITS_S.slice(0, failures));
        expect(await countCanceledTimers(handle)).toBe(0);
      });
    },
  );

  it('says in the summary of each timer what is booked again and when', async () => {
    await withExecution(failTimes(4), async (handle) => {
      await handle.result();
      const { events } = await handle.fetchHistory();
      const summaries = (events ?? [])
        .filter((event) => event.timerStartedEventAttributes)
        .map((event) => JSON.parse(event.userMetadata?.summary?.data?.toString() ?? 'null'));
      expect(summaries).toHaveLength(4);
      for (const summary of summaries)
        expect(summary).toMatch(
          /^book TRADE 10 @ 205\.75 again at \d{4}-\d\d-\d\dT[\d:.]+Z, after DATABASE_UNAVAILABLE$/,
        );
    });
  });

  it('waits for an operator when the schedule is used up, and asks for attention until then', async () => {
    await withExecution(
      failTimes(8),
      async (handle, attempts) => {
        expect(await waitingOf(handle)).toMatchObject({
          for: 'OPERATOR',
          step: 'book TRADE 10 @ 205.75',
          until: null,
          failures: 8,
          lastFailure: 'DATABASE_UNAVAILABLE',
        });
        expect(await needsAttention(handle)).toBe('true');
        expect(await handle.executeUpdate(RETRY_NOW_UPDATE, { args: [OPERATOR] })).toBeNull();
        expect(await handle.result()).toBe('LATE_FILL');
        expect(attempts.map(({ operator }) => operator)).toEqual([
          ...Array(8).fill(null),
          OPERATOR,
        ]);
        expect(await needsAttention(handle)).toBe('false');
      },
      8,
    );
  });

  it.each([
    { attempts: 3, named: null },
    { attempts: 4, named: 'BOOK DATABASE_UNAVAILABLE' },
  ])(
    'after $attempts attempts its failing step is $named, and none when it is booked',
    async (trial) => {
      await withExecution(
        failTimes(trial.attempts),
        async (handle) => {
          await expect.poll(() => failingStep(handle)).toBe(trial.named);
          await handle.executeUpdate(RETRY_NOW_UPDATE, { args: [OPERATOR] });
          await handle.result();
          expect(await failingStep(handle)).toBeNull();
        },
        trial.attempts,
      );
    },
  );

  it('begins the schedule anew after an operator asked in vain', async () => {
    await withExecution(
      failTimes(11),
      async (handle, attempts) => {
        expect(await handle.executeUpdate(RETRY_NOW_UPDATE, { args: [OPERATOR] })).toMatchObject({
          for: 'RETRY',
          failures: 1,
        });
        expect(await needsAttention(handle)).toBe('false');
        expect(await handle.result()).toBe('LATE_FILL');
        expect(await waitsOf(handle)).toEqual([...WAITS_S, 1, 5, 30]);
        expect(attempts.slice(8).map(({ operator }) => operator)).toEqual([
          OPERATOR,
          null,
          null,
          null,
        ]);
      },
      8,
    );
  });

  // The first wait, of 1 s, may be over before a slow machine has sent the update.
  it.each([2, 3, 4, 5, 6, 7])(
    'is booked at once by retryNow while it waits after failure %i',
    async (failures) => {
      await withExecution(
        failTimes(failures),
        async (handle, attempts) => {
          expect(await handle.executeUpdate(RETRY_NOW_UPDATE, { args: [OPERATOR] })).toBeNull();
          expect(await handle.result()).toBe('LATE_FILL');
          expect(attempts).toHaveLength(failures + 1);
          expect(await countCanceledTimers(handle)).toBe(1);
        },
        failures,
      );
    },
  );

  it('rejects retryNow while an attempt runs', async () => {
    let end: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      end = resolve;
    });
    await withExecution(
      async () => {
        await held;
        return 'LATE_FILL';
      },
      async (handle, attempts) => {
        await expect.poll(() => attempts.length, { timeout: 20_000 }).toBe(1);
        await expect(
          handle.executeUpdate(RETRY_NOW_UPDATE, { args: [OPERATOR] }),
        ).rejects.toBeInstanceOf(WorkflowUpdateFailedError);
        end();
        expect(await handle.result()).toBe('LATE_FILL');
      },
    );
  });

  it('books on in spite of a cancellation: it happened at the venue', async () => {
    await withExecution(failTimes(2), async (handle, attempts) => {
      await handle.cancel();
      expect(await handle.result()).toBe('LATE_FILL');
      expect(attempts).toHaveLength(3);
    });
  });

  it('keeps to the schedule whatever the failure says of itself', async () => {
    const book = async (attempt: number) => {
      if (attempt <= 4)
        throw ApplicationFailure.nonRetryable('over the constraint', 'PostgresError');
      return 'LATE_FILL' as const;
    };
    await withExecution(book, async (handle, attempts) => {
      expect(await handle.result()).toBe('LATE_FILL');
      expect(attempts).toHaveLength(5);
      expect(await waitsOf(handle)).toEqual(WAITS_S.slice(0, 4));
    });
  });
});
