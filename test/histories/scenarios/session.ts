import { brokerSessionWorkflowId } from '../../../contracts/ids.ts';
import { fill, rest } from '../order-steps.ts';
import type { Scenario } from '../scenario.ts';

const BROKER = 'paper-broker';

/**
 * The reader of the venue's reports. Its continuation as new comes after 500 readings, each of them
 * ended by a failure or a worker that stops: nothing that can be played.
 */
export const SESSION: readonly Scenario[] = [
  {
    name: 'broker-session',
    title: 'the session that reads the reports of a resting order',
    async play(stage) {
      const trader = await stage.e2e.createTrader();
      const order = await rest(trader);
      return {
        workflows: [{ label: 'broker-session', workflowId: brokerSessionWorkflowId(BROKER) }],
        accountIds: [trader.account.accountId],
        end: () => fill(stage, trader, order, 10, '10'),
      };
    },
  },
];
