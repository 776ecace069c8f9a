import { waitForRest } from './order-steps.ts';
import type { Scenario } from './scenario.ts';
import { AT_ONCE } from './scenarios/at-once.ts';
import { IN_TIME } from './scenarios/in-time.ts';
import { IN_TROUBLE } from './scenarios/in-trouble.ts';
import { LATE_FILLS } from './scenarios/late-fills.ts';
import { RESTING } from './scenarios/resting.ts';
import { SESSION } from './scenarios/session.ts';
import { SETTLEMENTS } from './scenarios/settlements.ts';

/** What a client sees may be ahead of the workflow: played is what has come to rest there too. */
const untilRest = (scenario: Scenario): Scenario => ({
  ...scenario,
  async play(stage) {
    const played = await scenario.play(stage);
    for (const workflow of played.workflows) await waitForRest(stage, workflow);
    return played;
  },
});

/** Orders whose way is smooth, orders whose way is not, and what is about fills and settlements. */
export const ORDER_SCENARIOS: readonly Scenario[] = [...AT_ONCE, ...RESTING, ...IN_TIME].map(
  untilRest,
);
export const TROUBLE_SCENARIOS: readonly Scenario[] = IN_TROUBLE.map(untilRest);
export const OTHER_SCENARIOS: readonly Scenario[] = [...LATE_FILLS, ...SETTLEMENTS, ...SESSION].map(
  untilRest,
);

/** Every path of every workflow in workflows/. */
export const SCENARIOS: readonly Scenario[] = [
  ...ORDER_SCENARIOS,
  ...TROUBLE_SCENARIOS,
  ...OTHER_SCENARIOS,
];
