import type { Quote } from '../../../contracts/market/market-data.ts';
import type { OrderSubmission, ReplaceTerms } from '../../../contracts/orders/order.ts';
import type {
  AcceptanceWrite,
  LedgerTransfer,
  OrderChange,
  WorkingOrder,
} from '../../../contracts/orders/order-store.ts';
import { alwaysOpenCalendar } from '../../../domain/market/always-open.ts';
import { Decimal, formatCash, formatDecimal, ZERO } from '../../../domain/money/decimal.ts';
import { isOpen, type Side } from '../../../domain/orders/order.ts';
import type { ExecutionEvent } from '../../../domain/orders/transition.ts';
import { decideReplacementSubmission } from '../../../use-cases/orders/decide-replacement.ts';
import { decideSubmission } from '../../../use-cases/orders/decide-submission.ts';
import { planOrderChange } from '../../../use-cases/orders/plan-order-change.ts';
import { planReplacement } from '../../../use-cases/orders/plan-replacement.ts';
import { contextWith, OPEN, quoteAt, submissionAt, workingOf } from './decision-fixtures.ts';

/** Of the instruments of the decisions' fixtures. */
const BROKER = 'second';
const WHEN = { calendar: alwaysOpenCalendar, nowMs: Date.parse(OPEN) };
const CASH_KINDS = ['CASH_SETTLED', 'CASH_UNSETTLED', 'CASH_HELD'];

/** One fill as it was booked. */
export interface BookedFill {
  side: Side;
  worth: Decimal;
  cash: Decimal;
  /** What was held for the order when it filled. */
  held: Decimal;
}

/**
 * An account at a quote that never moves, in memory. Every decision and every plan is the system's
 * own; what is left out is the database, and the venue: who uses it says what fills.
 */
export class FrozenMarket {
  readonly orders: WorkingOrder[] = [];
  readonly fills: BookedFill[] = [];
  /** How often buying power had to give to a fill of an open order what its hold lacked. */
  draws = 0;
  readonly #balances = new Map<string, Decimal>();
  readonly #quote: Quote;
  readonly #shortingAllowed: boolean;
  #buyingPower: Decimal;
  #heldQuantity: Decimal = ZERO;
  #position: WorkingOrder['position'];
  #events = 0;

  constructor({
    cash,
    shares,
    bid,
    ask,
    shortingAllowed,
  }: Record<'cash' | 'shares' | 'bid' | 'ask', Decimal> & { shortingAllowed: boolean }) {
    this.#quote = {
      ...quoteAt(OPEN),
      bid: formatDecimal(bid),
      ask: formatDecimal(ask),
      last: formatDecimal(bid),
    };
    this.#shortingAllowed = shortingAllowed;
    this.#buyingPower = cash;
    this.#balances.set('CASH_SETTLED', cash).set('DEPOSITS', cash.neg());
    this.#position = {
      quantity: formatDecimal(shares),
      costBasis: '0',
      realizedPnl: '0',
      version: 1,
    };
  }

  get position(): Decimal {
    return new Decimal(this.#position.quantity);
  }

  get buyingPower(): Decimal {
    return this.#buyingPower;
  }

  balance = (kind: string): Decimal => this.#balances.get(kind) ?? ZERO;

  get cash(): Decimal {
    return CASH_KINDS.reduce((sum, kind) => sum.plus(this.balance(kind)), ZERO);
  }

  get usdSum(): Decimal {
    return [...this.#balances.values()].reduce((sum, balance) => sum.plus(balance), ZERO);
  }

  /** Cash, held or not, and the position at the price at which it could be closed. */
  get wealth(): Decimal {
    return this.cash.plus(
      this.position.times(this.position.isNeg() ? this.#quote.ask : this.#quote.bid),
    );
  }

  touch = (side: Side): Decimal => new Decimal(side === 'BUY' ? this.#quote.ask : this.#quote.bid);

  /** What the order was rejected for; `null` when it was accepted. */
  submit(over: Partial<OrderSubmission>): string | null {
    const submission = submissionAt(OPEN, { ...over, orderId: this.#nextId() });
    return this.#accept(
      decideSubmission(submission, this.#context(), this.#quote, { ...WHEN, openOrdersMax: 500 }),
    );
  }

  /** Asks for a replacement, fills the original meanwhile, and then lets the venue have its way. */
  replace(
    order: WorkingOrder,
    terms: ReplaceTerms,
    meanwhile: () => void,
    isGranted: boolean,
  ): string | null {
    const replacement = { orderId: this.#nextId(), terms, idempotency: null, requestedAt: OPEN };
    const rejection = this.#accept(
      decideReplacementSubmission(order, replacement, this.#context(), this.#quote, WHEN),
    );
    const next = this.orders.at(-1);
    if (rejection !== null || !next) return rejection;
    this.happen(order, { execType: 'PENDING_REPLACE' });
    meanwhile();
    const left = new Decimal(terms.quantity ?? order.order.quantity).minus(
      order.order.filledQuantity,
    );
    if (isGranted && order.order.status === 'PENDING_REPLACE' && left.gt(ZERO)) {
      this.#confirmReplacement(order, next, formatDecimal(left));
      return null;
    }
    this.happen(order, { execType: 'REPLACE_REJECTED' });
    this.happen(next, { execType: 'REJECTED' });
    return 'REPLACE_REJECTED';
  }

  fill(order: WorkingOrder, quantity: Decimal): void {
    this.happen(order, { execType: 'TRADE', quantity, price: this.touch(order.order.side) });
  }

  /**
   * Books what happened; a late fill that there is no money for is not booked, as the database
   * would have it.
   */
  happen(order: WorkingOrder, event: ExecutionEvent): void {
    order.position = this.#position;
    const wasOpen = isOpen(order.order.status);
    const planned = planOrderChange(
      order,
      {
        ...{ event, broker: BROKER, brokerExecutionId: `x${++this.#events}` },
        ...{ occurredAt: OPEN, actor: 'broker' },
      },
      WHEN.calendar,
    );
    if (!planned.ok)
      throw new Error(
        `${planned.error.code} of ${planned.error.execType} from ${planned.error.from}`,
      );
    const change = planned.value;
    if (!change || this.#buyingPower.plus(change.buyingPowerChange).lt(ZERO)) return;
    if (change.execution) this.#note(order, change, wasOpen);
    this.#write(order, change);
  }

  #note(order: WorkingOrder, { execution, transfers }: OrderChange, wasOpen: boolean): void {
    if (!execution) return;
    if (wasOpen && transfers.some(({ code }) => code === 'HOLD')) this.draws += 1;
    const cash = new Decimal(execution.cash);
    const worth = new Decimal(execution.quantity).times(execution.price);
    this.fills.push({
      side: order.order.side,
      worth,
      cash,
      held: new Decimal(order.hold?.remaining ?? 0),
    });
    order.filledCash = formatCash(cash.plus(order.filledCash));
  }

  #confirmReplacement(original: WorkingOrder, replacement: WorkingOrder, quantity: string): void {
    const event = { execType: 'REPLACED' } as const;
    const happened = {
      event,
      broker: BROKER,
      brokerExecutionId: `x${++this.#events}`,
      occurredAt: OPEN,
      actor: 'broker',
      replacedBy: replacement.order.id,
    };
    const planned = planReplacement(original, replacement, {
      happened,
      quantity,
      trigger: null,
      calendar: WHEN.calendar,
    });
    if (!planned.ok) throw new Error(planned.error.code);
    const { replacement: next } = planned.value;
    this.#write(original, planned.value.original);
    this.#move(next.buyingPowerChange, next.heldQuantityChange, next.transfers);
    replacement.order = { ...replacement.order, quantity, leavesQuantity: quantity };
    if (replacement.hold && next.holdAmount !== null) {
      replacement.hold = {
        ...replacement.hold,
        amount: next.holdAmount,
        remaining: next.holdAmount,
      };
    }
  }

  #write(order: WorkingOrder, change: OrderChange): void {
    const { restoreStatus, filledNotional, ...columns } = change.order;
    order.order = { ...order.order, ...columns };
    Object.assign(order, { restoreStatus, filledNotional, version: order.version + 1 });
    if (order.hold && change.holdRemaining !== null)
      order.hold = { ...order.hold, remaining: change.holdRemaining };
    if (change.position)
      this.#position = { ...change.position, version: this.#position.version + 1 };
    this.#move(change.buyingPowerChange, change.heldQuantityChange, change.transfers);
  }

  #accept({ order, hold, transfers }: AcceptanceWrite): string | null {
    if (order.status === 'REJECTED') return order.rejectCode;
    const isCash = hold?.kind === 'CASH';
    this.#move(
      isCash ? formatDecimal(new Decimal(hold.amount).neg()) : '0',
      hold && !isCash ? hold.amount : '0',
      transfers,
    );
    this.orders.push(workingOf(order, { hold: hold && { ...hold, remaining: hold.amount } }));
    return null;
  }

  #move(
    buyingPowerChange: string,
    heldQuantityChange: string,
    transfers: readonly LedgerTransfer[],
  ): void {
    this.#buyingPower = this.#buyingPower.plus(buyingPowerChange);
    this.#heldQuantity = this.#heldQuantity.plus(heldQuantityChange);
    for (const { debit, credit, asset, amount } of transfers) {
      if (asset !== 'USD') continue;
      this.#balances.set(debit, this.balance(debit).minus(amount));
      this.#balances.set(credit, this.balance(credit).plus(amount));
    }
  }

  #context = () =>
    contextWith({
      account: {
        status: 'ACTIVE',
        buyingPower: formatCash(this.#buyingPower),
        shortingAllowed: this.#shortingAllowed,
      },
      position: {
        quantity: this.#position.quantity,
        heldQuantity: formatDecimal(this.#heldQuantity),
      },
    });

  #nextId = (): string =>
    `0198bbbb-0000-7000-8000-${String(this.orders.length + ++this.#events).padStart(12, '0')}`;
}
