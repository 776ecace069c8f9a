import { describe, expect, it } from 'vitest';
import { readAlertRules } from '../support/alert-rules.ts';
import { expectFiring, STEP_S } from '../support/promtool.ts';
import { BROKER_CASES } from './cases/broker-cases.ts';
import { BUSINESS_CASES } from './cases/business-cases.ts';
import { PROCESS_CASES } from './cases/process-cases.ts';
import { WORKFLOW_CASES } from './cases/workflow-cases.ts';
import { HEALTHY } from './healthy-figures.ts';

const ALERT_CASES = [...BUSINESS_CASES, ...BROKER_CASES, ...WORKFLOW_CASES, ...PROCESS_CASES];

// Prometheus's own tool evaluates the rules; the figures are as our processes tell them.

it('calls nobody while all is well', async () => {
  await expectFiring({ healthy: HEALTHY, since: {} }, [{ atS: 4_000, alerts: [] }]);
});

it('has a case for each alert', () => {
  const caused = new Set(ALERT_CASES.map(({ alert }) => alert));
  expect([...caused].toSorted()).toEqual(
    readAlertRules()
      .map(({ alert }) => alert)
      .toSorted(),
  );
});

describe.each(ALERT_CASES)('when $what', ({ alert, afterS, trouble, harmless }) => {
  it(`calls by ${alert} before anything else, ${afterS} s after it shows`, async () => {
    await expectFiring({ healthy: HEALTHY, since: trouble }, [
      ...(afterS === 0 ? [] : [{ atS: afterS - STEP_S, alerts: [] }]),
      { atS: afterS, alerts: [alert] },
    ]);
  });

  it(`calls nobody while ${harmless.what}`, async () => {
    await expectFiring({ healthy: HEALTHY, since: harmless.figures }, [
      { atS: afterS, alerts: [] },
      { atS: 2 * afterS + 60, alerts: [] },
    ]);
  });
});
