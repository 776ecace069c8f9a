import {
  type BrokerOrder,
  BrokerOutcomeUnknown,
  type Brokers,
  type ExecutionReport,
} from '../../contracts/broker-session/broker.ts';
import { HubError } from '../../contracts/errors.ts';
import { resubmissionOf } from '../../contracts/orders/order.ts';
import type { OrderStore, WorkingOrder } from '../../contracts/orders/order-store.ts';
import type { OrderWorkflows } from '../../contracts/orders/order-workflows.ts';
import type { OrderProgress } from '../../contracts/orders/workflow-messages.ts';
import type { TradingCalendar } from '../../domain/market/calendar.ts';
import { progressAfter, progressOf, readWorking } from './order-progress.ts';
import type { OrderEvent } from './plan-order-change.ts';
import { planReplacement } from './plan-replacement.ts';
import { IllegalOrderEvent } from './record-event.ts';

export interface ConfirmReplacementDeps {
  orders: OrderStore;
  brokers: Brokers;
  workflows: Pick<OrderWorkflows, 'startOrder'>;
  calendar: TradingCalendar;
}

/** The broker's REPLACED, or, when it never had the original, the time at which we replace it. */
export type Replaced = ExecutionReport | { replacedHereAt: string };

const PLANS_MAX = 16;

/**
 * The replacement takes the original's place: in one transaction the original ends as REPLACED, its
 * hold goes over, and the replacement gets the quantity that the broker works it with, and the
 * trigger that came to the orders before it. Then its own workflow is started. Idempotent: what is
 * done already is only followed up.
 */
export async function confirmReplacement(
  deps: ConfirmReplacementDeps,
  originalId: string,
  replaced: Replaced,
): Promise<OrderProgress> {
  const { orders, workflows, calendar } = deps;
  for (let plan = 0; plan < PLANS_MAX; plan++) {
    const original = await readWorking(deps, originalId);
    if (original.order.status === 'REPLACED') return followUp(deps, original);
    const isOthers = 'broker' in replaced && replaced.broker !== original.order.broker;
    const replacement = isOthers ? null : await orders.findPendingReplacement(originalId);
    if (!replacement)
      throw new IllegalOrderEvent(originalId, {
        code: isOthers ? 'OTHER_BROKER' : 'ILLEGAL_TRANSITION',
        from: original.order.status,
        execType: 'REPLACED',
      });
    const atBroker = 'replacedHereAt' in replaced ? null : await askFor(deps, replacement);
    const planned = planReplacement(original, replacement, {
      happened: replacedEvent(replacement, replaced),
      ...workedAs(replacement, atBroker),
      calendar,
    });
    if (!planned.ok) throw new IllegalOrderEvent(originalId, planned.error);
    const outcome = await orders.writeReplacement(planned.value);
    if (outcome !== 'WRITTEN') continue;
    await workflows.startOrder(resubmissionOf(replacement.order));
    return progressAfter(original, planned.value.original);
  }
  throw new HubError(
    'DATABASE_UNAVAILABLE',
    { orderId: originalId },
    { detail: 'The orders change too fast to be written' },
  );
}

/** The end may have been written by one who did not come to start the workflow. */
async function followUp(
  deps: ConfirmReplacementDeps,
  original: WorkingOrder,
): Promise<OrderProgress> {
  const { replacedBy } = original.order;
  if (replacedBy !== null) {
    const { order } = await readWorking(deps, replacedBy);
    await deps.workflows.startOrder(resubmissionOf(order));
  }
  return progressOf(original);
}

async function askFor(
  { brokers }: ConfirmReplacementDeps,
  { order }: WorkingOrder,
): Promise<BrokerOrder> {
  const atBroker = await brokers.of(order.broker).getOrder(order.id);
  if (!atBroker)
    throw new BrokerOutcomeUnknown(
      `the broker replaced an order by ${order.id}, which it does not know`,
    );
  return atBroker;
}

/**
 * As the broker works it. A trigger that is reported of the replacement itself is booked when its
 * own workflow hears of it.
 */
function workedAs({ order }: WorkingOrder, atBroker: BrokerOrder | null) {
  if (!atBroker) return { quantity: order.quantity, trigger: null };
  const isOwnTrigger = atBroker.reports.some(({ execType }) => execType === 'TRIGGERED');
  return { quantity: atBroker.quantity, trigger: isOwnTrigger ? null : atBroker.trigger };
}

function replacedEvent(replacement: WorkingOrder, replaced: Replaced): OrderEvent {
  const said =
    'replacedHereAt' in replaced
      ? { brokerExecutionId: null, occurredAt: replaced.replacedHereAt, actor: 'system' }
      : {
          broker: replaced.broker,
          brokerExecutionId: replaced.brokerExecutionId,
          occurredAt: replaced.time,
          actor: 'broker',
        };
  return { event: { execType: 'REPLACED' }, ...said, replacedBy: replacement.order.id };
}
