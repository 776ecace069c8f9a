import { setTimeout as sleep } from 'node:timers/promises';
import type { Order } from '../../contracts/orders/order.ts';
import { Decimal } from '../../domain/money/decimal.ts';
import { isOpen } from '../../domain/orders/order.ts';
import type { E2eStack } from './e2e-stack.ts';
import type { RaceLane, RaceSide } from './race-lane.ts';

export interface LaneWatch {
  /** Ends the watch; throws what it saw and should not have. Returns how often it looked. */
  stop(): Promise<number>;
}

const WATCH_EVERY_MS = 20;

/**
 * Reads the lane's orders and holds again and again. Every answer must add up: an open order is
 * filled plus leaves, a closed one has no leaves and stays as it is, fills never shrink, and what
 * is set aside is never more than `heldMax`: USD for BUY, shares for SELL.
 */
export function watchLane(
  e2e: E2eStack,
  lane: RaceLane,
  side: RaceSide,
  heldMax: Decimal,
): LaneWatch {
  const { trader, symbol } = lane;
  const { accountId } = trader.account;
  const last = new Map<string, Order>();
  const wrong: string[] = [];
  let isOver = false;
  let looks = 0;

  const look = async (): Promise<void> => {
    const { body } = await trader.get<{ items: Order[] }>(`/v1/orders?symbol=${symbol}&limit=2`);
    for (const order of body.items) {
      const reason = whatIsWrong(order, last.get(order.id));
      if (reason !== null)
        wrong.push(
          `${reason}: ${JSON.stringify(order)} after ${JSON.stringify(last.get(order.id) ?? null)}`,
        );
      last.set(order.id, order);
    }
    const [row] = await e2e.hub<{ held: string }[]>`
      select coalesce(sum(remaining), 0) as held from holds where account_id = ${accountId} and kind = ${side === 'BUY' ? 'CASH' : 'SHARES'}`;
    if (heldMax.lt(row?.held ?? 0)) wrong.push(`${row?.held} are set aside, where ${heldMax} do`);
    looks += 1;
  };
  const watching = (async () => {
    while (!isOver) {
      await look();
      await sleep(WATCH_EVERY_MS);
    }
    await look();
  })();
  watching.catch(() => {});

  return {
    async stop() {
      isOver = true;
      await watching;
      if (wrong.length > 0) throw new Error(wrong.join('\n'));
      return looks;
    },
  };
}

function whatIsWrong(order: Order, before: Order | undefined): string | null {
  const [quantity, filled, leaves] = [
    new Decimal(order.quantity),
    new Decimal(order.filledQuantity),
    new Decimal(order.leavesQuantity),
  ];
  if (isOpen(order.status) ? !filled.plus(leaves).eq(quantity) : !leaves.isZero())
    return 'quantity is not filled plus leaves';
  if (filled.gt(quantity) || (order.status === 'FILLED' && !filled.eq(quantity)))
    return 'it is filled by another quantity';
  if (!before) return null;
  if (filled.lt(before.filledQuantity)) return 'its fills have shrunk';
  if (!isOpen(before.status) && before.status !== order.status) return 'it was closed before';
  return null;
}
