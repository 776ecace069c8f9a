import {
  balanceChanges,
  type ExecutedTrade,
  type LedgerAccountKind,
  postFill,
  postHold,
  postRelease,
  postSettlement,
  postWithdrawal,
  type Transfer,
} from '../../../domain/ledger/transfers.ts';
import { alwaysOpenCalendar } from '../../../domain/market/always-open.ts';
import { Decimal, ZERO } from '../../../domain/money/decimal.ts';
import { FILL_COST_MIN, fillCash } from '../../../domain/orders/fill-cash.ts';
import { isOpen, leavesQuantity, type OrderState } from '../../../domain/orders/order.ts';
import { transition } from '../../../domain/orders/transition.ts';
import {
  applyFill,
  EMPTY_POSITION,
  type PositionState,
} from '../../../domain/portfolio/position.ts';
import { withdrawableCash } from '../../../domain/portfolio/withdrawal.ts';
import { decideAcceptance } from '../../../domain/risk/accept.ts';
import { type Hold, holdAfterFill } from '../../../domain/risk/hold.ts';

export interface Order {
  symbol: string;
  side: 'BUY' | 'SELL';
  price: Decimal;
  state: OrderState;
  /** What its fills have moved. */
  cash: Decimal;
  hold: Hold;
}

/** One account as the whole system would keep it: every rule of the domain together, in memory. */
export class Account {
  readonly balances = new Map<string, Decimal>();
  readonly positions = new Map<string, PositionState>();
  readonly orders: Order[] = [];
  /** Trades that have not settled, with the day they settle on. */
  unsettled: { trade: ExecutedTrade; settlesOn: number }[] = [];
  fills = 0;
  today = 0;

  balance(kind: LedgerAccountKind, asset = 'USD'): Decimal {
    return this.balances.get(`${kind} ${asset}`) ?? ZERO;
  }

  get buyingPower(): Decimal {
    return this.balance('CASH_SETTLED').plus(this.balance('CASH_UNSETTLED'));
  }

  position(symbol: string): PositionState {
    return this.positions.get(symbol) ?? EMPTY_POSITION;
  }

  post(transfers: Transfer[]): void {
    for (const { kind, asset, change } of balanceChanges(transfers)) {
      this.balances.set(`${kind} ${asset}`, this.balance(kind, asset).plus(change));
    }
  }

  heldShares(symbol: string): Decimal {
    return this.orders
      .filter((order) => order.symbol === symbol && order.hold.kind === 'SHARES')
      .reduce((sum, order) => sum.plus(leavesQuantity(order.state)), ZERO);
  }

  submit(symbol: string, side: 'BUY' | 'SELL', quantity: Decimal, price: Decimal): void {
    const decision = decideAcceptance({
      order: {
        side,
        type: 'LIMIT',
        timeInForce: 'DAY',
        quantity,
        notional: null,
        limitPrice: price,
        stopPrice: null,
        trailPercent: null,
      },
      account: { status: 'ACTIVE', buyingPower: this.buyingPower, shortingAllowed: false },
      position: { quantity: this.position(symbol).quantity, heldQuantity: this.heldShares(symbol) },
      instrument: { tradable: true, fractionable: true },
      quote: { bid: price, ask: price },
      nowMs: 0,
      openOrders: { count: 0, max: 1 },
      calendar: alwaysOpenCalendar,
    });
    if (!decision.ok) return;
    const { hold } = decision.value;
    if (hold.kind === 'CASH') this.post(postHold(hold.amount));
    const state: OrderState = {
      status: 'PENDING_NEW',
      restoreStatus: null,
      quantity,
      filledQuantity: ZERO,
      filledNotional: ZERO,
      isTriggered: false,
    };
    this.orders.push({ symbol, side, price, state, cash: ZERO, hold });
  }

  fill(order: Order, quantity: Decimal, price: Decimal): void {
    const before = order.state;
    const result = transition(before, { execType: 'TRADE', quantity, price });
    if (!result.ok) return;
    const { filledNotional: notional } = result.value;
    const chargeable =
      isOpen(before.status) && order.hold.kind === 'CASH' ? order.hold.amount : FILL_COST_MIN;
    const cash = fillCash(order.side, order.cash, notional, chargeable);
    const filled = { notional, cash: order.cash.plus(cash) };
    const executed = { side: order.side, symbol: order.symbol, quantity, cash };
    const trade = postFill(executed);
    if (order.hold.kind === 'CASH') {
      const movement = holdAfterFill(order.hold, {
        cost: cash,
        filled,
        leaves: leavesQuantity(result.value),
      });
      // Only a late fill draws: its hold is gone, and here the money may be too.
      if (movement.drawn.gt(this.buyingPower)) return;
      this.post([...postHold(movement.drawn), ...trade, ...postRelease(movement.released)]);
      order.hold = { ...order.hold, amount: movement.held };
    } else this.post(trade);
    this.unsettled.push({ trade: executed, settlesOn: this.today + 1 });
    this.positions.set(
      order.symbol,
      applyFill(this.position(order.symbol), { side: order.side, quantity, price }),
    );
    order.state = result.value;
    order.cash = filled.cash;
    this.fills += 1;
  }

  cancel(order: Order, execType: 'CANCELED' | 'REJECTED' | 'EXPIRED'): void {
    const result = transition(order.state, { execType });
    if (!result.ok || result.value === order.state) return;
    order.state = result.value;
    if (order.hold.kind !== 'CASH') return;
    this.post(postRelease(order.hold.amount));
    order.hold = { ...order.hold, amount: ZERO };
  }

  /** Settles what is due on the earliest day that anything is due on. */
  settleNextDue(): void {
    const days = this.unsettled
      .map(({ settlesOn }) => settlesOn)
      .filter((day) => day <= this.today);
    const due = this.unsettled.filter(({ settlesOn }) => settlesOn === Math.min(...days));
    this.unsettled = this.unsettled.filter((one) => !due.includes(one));
    this.post(due.flatMap(({ trade }) => postSettlement(trade)));
  }

  get withdrawable(): Decimal {
    const [settled, unsettled] = [this.balance('CASH_SETTLED'), this.balance('CASH_UNSETTLED')];
    return withdrawableCash({ settled, unsettled, leastDue: this.leastDue() });
  }

  withdraw(share: number): void {
    this.post(
      postWithdrawal(
        this.withdrawable.times(share).div(1_000).toDecimalPlaces(2, Decimal.ROUND_DOWN),
      ),
    );
  }

  private leastDue(): Decimal {
    let [due, least] = [ZERO, ZERO];
    for (let day = 0; day <= this.today; day += 1) {
      for (const { trade, settlesOn } of this.unsettled) {
        if (settlesOn === day)
          due = trade.side === 'SELL' ? due.plus(trade.cash) : due.minus(trade.cash);
      }
      least = Decimal.min(least, due);
    }
    return least;
  }
}
