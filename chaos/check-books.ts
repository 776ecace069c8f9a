import { isOpen, type OrderStatus } from '../domain/orders/order.ts';
import { checkInvariants } from '../test/support/trading-invariants.ts';
import type { Violation } from '../test/support/trading-violation.ts';
import type { ChaosStack } from './chaos-stack.ts';
import { checkWorkflows } from './check-workflows.ts';
import { type Sent, submitOnce } from './send-orders.ts';

interface OrderRow {
  id: string;
  account_id: string;
  symbol: string;
  side: string;
  status: OrderStatus;
  reject_code: string | null;
  is_explained: boolean;
}

/**
 * What must hold when all is at rest, from SQL, from the venue and from Temporal. Empty when it
 * does.
 */
export async function checkBooks(stack: ChaosStack, sent: readonly Sent[]): Promise<Violation[]> {
  const rows = await stack.hub<OrderRow[]>`
    select o.id, o.account_id, o.symbol, o.side, o.status, o.reject_code,
      exists (select 1 from audit_events a where a.order_id = o.id and a.action = 'SUSPENDED' and a.details ? 'code') as is_explained
    from orders o`;
  const orders = new Map(rows.map((row) => [row.id, row]));
  return [
    ...(await checkInvariants(stack.hub, stack.venue)),
    ...checkEnds(rows),
    ...checkSubmissions(sent, orders),
    ...(await checkWorkflows(stack.temporal, rows)),
    ...(await checkReplays(sent)),
  ];
}

function checkEnds(rows: readonly OrderRow[]): Violation[] {
  return rows
    .filter(
      ({ status, is_explained }) => isOpen(status) && !(status === 'SUSPENDED' && is_explained),
    )
    .map((row) => ({
      rule: 'an accepted order has ended, or is SUSPENDED with a reason',
      detail: `${row.id} ${row.status}`,
    }));
}

function checkSubmissions(
  sent: readonly Sent[],
  orders: ReadonlyMap<string, OrderRow>,
): Violation[] {
  return sent.flatMap(({ outcome, trader, planned }): Violation[] => {
    const detail = `${JSON.stringify(outcome)} of ${JSON.stringify(planned.body)}`;
    if (outcome.kind === 'ACKNOWLEDGED') {
      const row = orders.get(outcome.order.id);
      const isSame =
        row?.account_id === trader.account.accountId &&
        row.symbol === planned.body.symbol &&
        row.side === planned.body.side;
      return isSame ? [] : [{ rule: 'an acknowledged submission exists, as it was sent', detail }];
    }
    if (outcome.kind !== 'REJECTED' || outcome.orderId === null) return [];
    const isRejected = orders.get(outcome.orderId)?.status === 'REJECTED';
    return isRejected ? [] : [{ rule: 'a rejected order is REJECTED', detail }];
  });
}

const REPLAYED_MAX = 50;

/** The same key and body give the same order again. */
async function checkReplays(sent: readonly Sent[]): Promise<Violation[]> {
  const keyed = sent.filter(({ key, outcome }) => key !== null && outcome.kind === 'ACKNOWLEDGED');
  const chosen = keyed.filter((_, index) => index % Math.ceil(keyed.length / REPLAYED_MAX) === 0);
  const broken: Violation[] = [];
  for (const { trader, planned, key, outcome } of chosen) {
    const again = await submitOnce(trader, planned, key);
    if (
      again.kind === 'ACKNOWLEDGED' &&
      outcome.kind === 'ACKNOWLEDGED' &&
      again.order.id === outcome.order.id
    )
      continue;
    broken.push({
      rule: 'a key gives its order again',
      detail: `${key}: ${JSON.stringify(outcome)}, again ${JSON.stringify(again)}`,
    });
  }
  return broken;
}
