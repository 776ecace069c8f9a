import { Counter, Histogram, type Registry } from 'prom-client';
import type { StepObserver, SuspensionObserver } from '../../contracts/step-observer.ts';

const DURATION_BUCKETS_S = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5];

/**
 * Counts the steps of the order path and the orders that wait for an operator; Temporal's SDK logs
 * the steps that failed.
 */
export function createStepMetrics(registry: Registry): StepObserver & SuspensionObserver {
  const durations = new Histogram({
    name: 'order_step_duration_seconds',
    help: 'Duration of the steps of the order path that succeeded',
    labelNames: ['step'],
    buckets: DURATION_BUCKETS_S,
    registers: [registry],
  });
  const failures = new Counter({
    name: 'order_step_failures_total',
    help: 'Runs of steps of the order path that failed, by stable code; they are tried again',
    labelNames: ['step', 'code'],
    registers: [registry],
  });
  const declines = new Counter({
    name: 'order_step_declines_total',
    help: 'Runs of steps of the order path that declined what a customer asked for, by stable code; no alert goes by them',
    labelNames: ['step', 'code'],
    registers: [registry],
  });
  const suspensions = new Counter({
    name: 'hub_orders_suspended_total',
    help: 'Orders that used up their retries and wait for an operator, by step and stable code of the last failure',
    labelNames: ['step', 'code'],
    registers: [registry],
  });
  return {
    succeeded: (step, seconds) => durations.observe({ step }, seconds),
    failed: (step, code) => failures.inc({ step, code }),
    declined: (step, code) => declines.inc({ step, code }),
    suspended: (step, code) => suspensions.inc({ step, code }),
  };
}
