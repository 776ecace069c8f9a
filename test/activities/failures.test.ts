import { ApplicationFailure } from '@temporalio/activity';
import { ApplicationFailureCategory } from '@temporalio/common';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { createActivityRunner } from '../../activities/failures.ts';
import { createStepMetrics } from '../../adapters/telemetry/step-metrics.ts';
import { type ErrorCode, HubError } from '../../contracts/errors.ts';
import { StepFailed } from '../../use-cases/orders/execute-order.ts';

/** Runs a step that throws, and tells what was counted and what left the activity. */
async function runFailing(thrown: unknown) {
  const registry = new Registry();
  const run = createActivityRunner(createStepMetrics(registry));
  const failure = await run('replaceOrder', () => Promise.reject(thrown)).catch(
    (error: unknown) => error,
  );
  const read = async (name: string) =>
    ((await registry.getSingleMetric(name)?.get())?.values ?? []).map(({ labels, value }) => ({
      ...labels,
      value,
    }));
  return {
    failure,
    failures: await read('order_step_failures_total'),
    declines: await read('order_step_declines_total'),
  };
}

describe('a step that throws', () => {
  it.each<ErrorCode>(['CLIENT_ORDER_ID_REUSED', 'IDEMPOTENCY_KEY_REUSED', 'ORDER_NOT_REPLACEABLE'])(
    'for a mistake of a customer is no failure of ours: %s',
    async (code) => {
      const thrown = new StepFailed({ step: 'REPLACE', progress: null }, new HubError(code));
      const { failure, failures, declines } = await runFailing(thrown);
      expect(failures).toEqual([]);
      expect(declines).toEqual([{ step: 'replaceOrder', code, value: 1 }]);
      expect(failure).toMatchObject({
        type: code,
        nonRetryable: true,
        category: ApplicationFailureCategory.BENIGN,
      });
    },
  );

  it.each([
    [new HubError('DATABASE_UNAVAILABLE'), 'DATABASE_UNAVAILABLE'],
    [new HubError('NOT_FOUND'), 'NOT_FOUND'],
    [new TypeError('a defect'), 'TypeError'],
    ['no error at all', 'Error'],
  ])('for any other reason is a failure: %s', async (thrown, code) => {
    const { failure, failures, declines } = await runFailing(thrown);
    expect(failures).toEqual([{ step: 'replaceOrder', code, value: 1 }]);
    expect(declines).toEqual([]);
    expect(failure).toBeInstanceOf(ApplicationFailure);
    expect((failure as ApplicationFailure).category).not.toBe(ApplicationFailureCategory.BENIGN);
  });
});
