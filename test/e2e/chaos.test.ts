import { expect, it } from 'vitest';
import { nameOf, planTroubles } from '../../chaos/plan-troubles.ts';
import { summarizeSeed, tabulateTroubles } from '../../chaos/report.ts';
import { runSeed } from '../../chaos/run-seed.ts';

const SEED = 20_261_124;
const ORDERS = 300;

it('loses no order and no cent while every process and service is killed and connections are cut', {
  timeout: 900_000,
}, async () => {
  const run = await runSeed({ seed: SEED, orders: ORDERS, say: () => {} });
  console.info(`${summarizeSeed(run)}\n${tabulateTroubles(run.troubles)}`);
  expect(run.violations, `npm run chaos -- --seed ${SEED} --orders ${ORDERS}`).toEqual([]);
  expect(run.sent).toHaveLength(ORDERS);
  expect(run.sent.filter(({ outcome }) => outcome.kind === 'ACKNOWLEDGED').length).toBeGreaterThan(
    ORDERS / 2,
  );
  const { mandatory } = planTroubles(SEED);
  expect(run.troubles.map(({ name }) => name)).toEqual(
    expect.arrayContaining(mandatory.map(nameOf)),
  );
});
