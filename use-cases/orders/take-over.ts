import { HubError } from '../../contracts/errors.ts';
import { brokerOrderId } from '../../contracts/ids.ts';
import { resubmissionOf } from '../../contracts/orders.ts';
import { type Broker, BrokerOutcomeUnknown, type ExecutionReport } from '../../contracts/ports/broker.ts';
import type { OrderStore, WorkingOrder } from '../../contracts/ports/order-store.ts';
import type { OrderWorkflows } from '../../contracts/ports/order-workflows.ts';
import type { OrderProgress } from '../../contracts/workflow-messages.ts';
import type { TradingCalendar } from '../../domain/calendar/calendar.ts';
import { progressAfter, progressOf } from './order-progress.ts';
import type { OrderEvent } from './plan-order-change.ts';
import { planReplacement } from './plan-replacement.ts';
import { IllegalOrderEvent, readWorking } from './record-event.ts';

export interface TakeOverDeps {
  orders: OrderStore;
  broker: Broker;
  workflows: Pick<OrderWorkflows, 'startOrder'>;
  calendar: TradingCalendar;
}

const PLANS_MAX = 16;

/**
 * The replacement takes the original's place: in one transaction the original ends as REPLACED, its hold goes over, and the replacement gets
 * the quantity that the venue works it with. Then its own workflow is started. `report` is the venue's REPLACED; `null` when the venue
 * never had the original. Idempotent: what is done already is only followed up.
 */
export function createTakeOver({ orders, broker, workflows, calendar }: TakeOverDeps) {
  return async function takeOver(originalId: string, report: ExecutionReport | null, occurredAt?: string): Promise<OrderProgress> {
    for (let plan = 0; plan < PLANS_MAX; plan++) {
      const original = await readWorking(orders, originalId);
      if (original.order.status === 'REPLACED') return followUp(original);
      const replacement = await orders.findPendingReplacement(originalId);
      if (!replacement)
        throw new IllegalOrderEvent(originalId, { code: 'ILLEGAL_TRANSITION', from: original.order.status, execType: 'REPLACED' });
      const happened = replacedBy(replacement, report, occurredAt);
      const planned = planReplacement(original, replacement, { happened, quantity: await quantityOf(replacement, report), calendar });
      if (!planned.ok) throw new IllegalOrderEvent(originalId, planned.error);
      const outcome = await orders.writeReplacement(planned.value);
      if (outcome !== 'WRITTEN') continue;
      await workflows.startOrder(resubmissionOf(replacement.order));
      return progressAfter(original, planned.value.original);
    }
    throw new HubError('DATABASE_UNAVAILABLE', { orderId: originalId }, { detail: 'The orders change too fast to be written' });
  };

  /** The end may have been written by one who did not come to start the workflow. */
  async function followUp(original: WorkingOrder): Promise<OrderProgress> {
    const { replacedBy: replacementId } = original.order;
    if (replacementId !== null) await workflows.startOrder(resubmissionOf((await readWorking(orders, replacementId)).order));
    return progressOf(original);
  }

  async function quantityOf({ order, revision }: WorkingOrder, report: ExecutionReport | null): Promise<string> {
    if (report === null) return order.quantity;
    const atBroker = await broker.getOrder(brokerOrderId(order.id, revision));
    if (!atBroker) throw new BrokerOutcomeUnknown(`the venue replaced an order by ${order.id}, which it does not know`);
    return atBroker.quantity;
  }
}

export type TakeOver = ReturnType<typeof createTakeOver>;

function replacedBy(replacement: WorkingOrder, report: ExecutionReport | null, occurredAt: string | undefined): OrderEvent {
  const time = report?.time ?? occurredAt;
  if (time === undefined) throw new RangeError('A replacement happens at a time');
  return {
    event: { execType: 'REPLACED' },
    brokerExecutionId: report?.brokerExecutionId ?? null,
    occurredAt: time,
    actor: report ? 'broker' : 'system',
    replacedBy: replacement.order.id,
  };
}
