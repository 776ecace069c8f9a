import type { BrokerOrder } from '../../contracts/broker-session/broker.ts';
import type { ReplacementWrite, WorkingOrder } from '../../contracts/orders/order-store.ts';
import { postHold, postRelease } from '../../domain/ledger/transfers.ts';
import type { TradingCalendar } from '../../domain/market/calendar.ts';
import { Decimal, formatCash, formatDecimal, ZERO } from '../../domain/money/decimal.ts';
import { err, ok, type Result } from '../../domain/result.ts';
import { replacementHold } from '../../domain/risk/replace.ts';
import { toTransfers } from '../ledger-transfers.ts';
import { type IllegalEvent, type OrderEvent, planOrderChange } from './plan-order-change.ts';

/**
 * What is written when a replacement takes over: the original's end, which gives its hold back, and
 * the replacement with its quantity and its full hold. `quantity`: the shares that the replacement
 * itself is to trade; `trigger`: the one that came before it took over.
 */
export function planReplacement(
  original: WorkingOrder,
  replacement: WorkingOrder,
  {
    happened,
    quantity,
    trigger,
    calendar,
  }: Pick<BrokerOrder, 'quantity' | 'trigger'> & {
    happened: OrderEvent;
    calendar: TradingCalendar;
  },
): Result<ReplacementWrite, IllegalEvent> {
  const ended = planOrderChange(original, happened, calendar);
  if (!ended.ok) return ended;
  if (ended.value === null)
    return err({ code: 'ILLEGAL_TRANSITION', from: original.order.status, execType: 'REPLACED' });
  const { id, accountId, symbol } = replacement.order;
  return ok({
    original: ended.value,
    replacement: {
      orderId: id,
      accountId,
      symbol,
      expectedVersion: replacement.version,
      quantity,
      trigger,
      ...holdOf(original, replacement, new Decimal(quantity)),
      audit: {
        actor: happened.actor,
        action: 'REPLACEMENT_ACCEPTED',
        details: { replaces: original.order.id, quantity, ...(trigger && { trigger }) },
      },
    },
  });
}

type HoldChange = Pick<
  ReplacementWrite['replacement'],
  'holdAmount' | 'buyingPowerChange' | 'heldQuantityChange' | 'transfers'
>;

/**
 * What the original still held is free by then: nothing beyond what the two held together is taken.
 */
function holdOf(
  original: WorkingOrder,
  { order, hold }: WorkingOrder,
  quantity: Decimal,
): HoldChange {
  if (!hold)
    return { holdAmount: null, buyingPowerChange: '0.00', heldQuantityChange: '0', transfers: [] };
  const before = new Decimal(hold.remaining);
  if (hold.kind === 'SHARES') {
    const heldQuantityChange = formatDecimal(quantity.minus(before));
    return {
      holdAmount: formatDecimal(quantity),
      buyingPowerChange: '0.00',
      heldQuantityChange,
      transfers: [],
    };
  }
  if (hold.price === null) throw new RangeError('A cash hold has a price');
  const setAside = before.plus(original.hold?.remaining ?? 0);
  const amount = replacementHold(new Decimal(hold.price), quantity, setAside);
  const grows = amount.minus(before);
  const transfers = grows.gt(ZERO) ? postHold(grows) : postRelease(grows.neg());
  return {
    holdAmount: formatCash(amount),
    buyingPowerChange: formatCash(grows.neg()),
    heldQuantityChange: '0',
    transfers: toTransfers(`order/${order.id}/replacement`, transfers),
  };
}
