import { describe, expect, it } from 'vitest';
import { Decimal, ZERO } from '../../../domain/money/decimal.ts';
import {
  CLOSED_STATUSES,
  isOpen,
  leavesQuantity,
  OPEN_STATUSES,
  ORDER_STATUSES,
  type OrderState,
  type OrderStatus,
} from '../../../domain/orders/order.ts';
import {
  type ExecType,
  type ExecutionEvent,
  transition,
} from '../../../domain/orders/transition.ts';

const QUANTITY = new Decimal(10);
const PRICE = new Decimal('20.5');
const OVERLAYS: readonly OrderStatus[] = ['PENDING_CANCEL', 'PENDING_REPLACE', 'SUSPENDED'];

/** An order for 10 shares as it usually is in each status; overlays lie over NEW. */
function orderIn(status: OrderStatus, overrides: Partial<OrderState> = {}): OrderState {
  const filled =
    status === 'FILLED' ? QUANTITY : status === 'PARTIALLY_FILLED' ? new Decimal(4) : ZERO;
  const restoreStatus = OVERLAYS.includes(status) ? 'NEW' : null;
  const order: OrderState = {
    status,
    restoreStatus,
    quantity: QUANTITY,
    filledQuantity: filled,
    filledNotional: filled.times(PRICE),
    isTriggered: false,
  };
  return Object.freeze({ ...order, ...overrides });
}

function apply(order: OrderState, ...events: ExecutionEvent[]): OrderState {
  return events.reduce((state, event) => {
    const result = transition(state, event);
    if (!result.ok) throw new Error(JSON.stringify(result.error));
    return result.value;
  }, order);
}

const trade = (quantity: number | string): ExecutionEvent => ({
  execType: 'TRADE',
  quantity: new Decimal(quantity),
  price: PRICE,
});

const SHORT_NAMES: Record<string, OrderStatus> = {
  PN: 'PENDING_NEW',
  N: 'NEW',
  PF: 'PARTIALLY_FILLED',
  PC: 'PENDING_CANCEL',
  PR: 'PENDING_REPLACE',
  S: 'SUSPENDED',
  F: 'FILLED',
  C: 'CANCELED',
  RP: 'REPLACED',
  RJ: 'REJECTED',
  E: 'EXPIRED',
};

// '.' the same object; '!' ILLEGAL_TRANSITION; 'o' OVERFILL; '~' the same status, filled further or
// triggered; else the new status.
const TABLE = `
  from              PN  N   PF  PC  PR  S   F   C   RP  RJ  E
  NEW               N   .   .   .   .   .   .   .   .   .   .
  TRIGGERED         N   ~   ~   ~   ~   ~   ~   ~   ~   !   ~
  TRADE_PARTIAL     PF  PF  ~   ~   ~   ~   o   ~   ~   !   ~
  TRADE_COMPLETE    F   F   F   F   F   F   o   F   F   !   F
  TRADE_TOO_MUCH    o   o   o   o   o   o   o   o   o   !   o
  PENDING_CANCEL    PC  PC  PC  .   PC  PC  !   !   !   !   !
  CANCELED          C   C   C   C   C   C   !   .   !   !   !
  CANCEL_REJECTED   .   .   .   N   .   .   .   .   .   .   .
  PENDING_REPLACE   PR  PR  PR  !   .   !   !   !   !   !   !
  REPLACED          !   !   !   !   RP  !   !   !   .   !   !
  REPLACE_REJECTED  .   .   .   .   N   .   .   .   .   .   .
  REJECTED          RJ  RJ  !   RJ  RJ  RJ  !   !   !   .   !
  EXPIRED           E   E   E   E   E   E   !   !   !   !   .
  SUSPENDED         S   S   S   S   S   .   !   !   !   !   !
  RESUMED           .   .   .   .   .   N   .   .   .   .   .
`;

const [header = [], ...rows] = TABLE.trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/));

const cells = rows.flatMap(([event = '', ...outcomes]) =>
  outcomes.map((outcome, column) => ({
    event,
    from: SHORT_NAMES[header[column + 1] ?? ''] as OrderStatus,
    outcome,
  })),
);

function eventOf(name: string, order: OrderState): ExecutionEvent {
  const leaves = order.quantity.minus(order.filledQuantity);
  if (name === 'TRADE_PARTIAL') return trade(3);
  if (name === 'TRADE_COMPLETE') return trade(leaves.isZero() ? 1 : leaves.toFixed());
  if (name === 'TRADE_TOO_MUCH') return trade(leaves.plus('0.00000001').toFixed());
  return { execType: name as Exclude<ExecType, 'TRADE'> };
}

describe('the table of transitions', () => {
  it('covers every event in every status', () => {
    expect(cells).toHaveLength(15 * ORDER_STATUSES.length);
    expect(new Set(cells.map((cell) => cell.from))).toEqual(new Set(ORDER_STATUSES));
  });

  it.each(cells)('$event on $from gives $outcome', ({ event: name, from, outcome }) => {
    const order = orderIn(from);
    const event = eventOf(name, order);
    const result = transition(order, event);
    if (outcome === '!' || outcome === 'o') {
      const code = outcome === '!' ? 'ILLEGAL_TRANSITION' : 'OVERFILL';
      expect(result).toEqual({ ok: false, error: { code, from, execType: event.execType } });
      return;
    }
    if (!result.ok) expect.fail(JSON.stringify(result.error));
    if (outcome === '.') {
      expect(result.value).toBe(order);
      return;
    }
    expect(result.value.status).toBe(outcome === '~' ? from : SHORT_NAMES[outcome]);
    expect(result.value.filledQuantity.gt(order.filledQuantity)).toBe(event.execType === 'TRADE');
    expect(result.value.isTriggered).toBe(event.execType === 'TRIGGERED');
  });
});

describe('a trigger', () => {
  it('is said once, and says below an overlay too that the venue has the order', () => {
    const triggered = apply(orderIn('PENDING_CANCEL', { restoreStatus: 'PENDING_NEW' }), {
      execType: 'TRIGGERED',
    });
    expect(triggered).toMatchObject({
      status: 'PENDING_CANCEL',
      restoreStatus: 'NEW',
      isTriggered: true,
    });
    expect(apply(triggered, { execType: 'TRIGGERED' })).toBe(triggered);
    expect(apply(triggered, { execType: 'CANCEL_REJECTED' }, trade(3))).toMatchObject({
      status: 'PARTIALLY_FILLED',
      isTriggered: true,
    });
  });
});

describe('fills', () => {
  it('adds up quantity and exact notional', () => {
    const event = (quantity: string, price: string): ExecutionEvent => ({
      execType: 'TRADE',
      quantity: new Decimal(quantity),
      price: new Decimal(price),
    });
    const order = apply(orderIn('NEW'), event('0.00000001', '0.00000001'), event('4', '205.75'));
    expect(order.filledQuantity.toFixed()).toBe('4.00000001');
    expect(order.filledNotional.toFixed()).toBe('823.0000000000000001');
  });

  it.each(['0', '-1', 'NaN'])('rejects a quantity or price of %s', (value) => {
    const number = new Decimal(value);
    const one = new Decimal(1);
    for (const event of [
      { execType: 'TRADE', quantity: number, price: one },
      { execType: 'TRADE', quantity: one, price: number },
    ] as const) {
      expect(transition(orderIn('NEW'), event)).toEqual({
        ok: false,
        error: { code: 'NOT_POSITIVE', from: 'NEW', execType: 'TRADE' },
      });
    }
  });

  it('keeps a pending cancel pending, and a rejected one then finds the order partially filled', () => {
    const order = apply(orderIn('NEW'), { execType: 'PENDING_CANCEL' }, trade(3));
    expect(order).toMatchObject({ status: 'PENDING_CANCEL', restoreStatus: 'PARTIALLY_FILLED' });
    expect(apply(order, { execType: 'CANCEL_REJECTED' })).toMatchObject({
      status: 'PARTIALLY_FILLED',
      restoreStatus: null,
    });
  });

  it('leaves nothing to restore once the order is filled', () => {
    const order = apply(orderIn('NEW'), { execType: 'PENDING_CANCEL' }, trade(10));
    expect(order).toMatchObject({ status: 'FILLED', restoreStatus: null });
    expect(apply(order, { execType: 'CANCEL_REJECTED' })).toBe(order);
  });

  it('books a late fill of a canceled order without opening it again', () => {
    const order = apply(orderIn('PARTIALLY_FILLED'), { execType: 'CANCELED' }, trade(2));
    expect(order.status).toBe('CANCELED');
    expect(order.filledQuantity.toFixed()).toBe('6');
    expect(leavesQuantity(order).isZero()).toBe(true);
  });
});

describe('overlays', () => {
  it.each(['PENDING_NEW', 'NEW', 'PARTIALLY_FILLED'] as const)(
    'a rejected cancel, a rejected replace and a resumption restore %s',
    (status) => {
      const order = orderIn(status);
      expect(apply(order, { execType: 'PENDING_CANCEL' }, { execType: 'CANCEL_REJECTED' })).toEqual(
        order,
      );
      expect(
        apply(order, { execType: 'PENDING_REPLACE' }, { execType: 'REPLACE_REJECTED' }),
      ).toEqual(order);
      expect(apply(order, { execType: 'SUSPENDED' }, { execType: 'RESUMED' })).toEqual(order);
    },
  );

  it('an acknowledgement that comes under an overlay is remembered', () => {
    const order = apply(
      orderIn('PENDING_NEW'),
      { execType: 'PENDING_CANCEL' },
      { execType: 'NEW' },
    );
    expect(order).toMatchObject({ status: 'PENDING_CANCEL', restoreStatus: 'NEW' });
  });

  it('a rejected cancel of a suspended order leaves it suspended, and it can be resumed', () => {
    const order = apply(
      orderIn('PARTIALLY_FILLED'),
      { execType: 'SUSPENDED' },
      { execType: 'PENDING_CANCEL' },
      { execType: 'CANCEL_REJECTED' },
    );
    expect(order).toMatchObject({ status: 'SUSPENDED', restoreStatus: 'PARTIALLY_FILLED' });
    expect(apply(order, { execType: 'RESUMED' })).toMatchObject({
      status: 'PARTIALLY_FILLED',
      restoreStatus: null,
    });
  });

  it('a fill under a cancel of a suspended order does not lift the suspension', () => {
    const order = apply(
      orderIn('NEW'),
      { execType: 'SUSPENDED' },
      { execType: 'PENDING_CANCEL' },
      trade(3),
    );
    expect(order).toMatchObject({ status: 'PENDING_CANCEL', restoreStatus: 'SUSPENDED' });
    expect(apply(order, { execType: 'CANCEL_REJECTED' })).toMatchObject({
      status: 'SUSPENDED',
      restoreStatus: 'PARTIALLY_FILLED',
    });
  });

  it('a cancel overtakes a pending replace, which can still succeed or be rejected', () => {
    const order = apply(
      orderIn('NEW'),
      { execType: 'PENDING_REPLACE' },
      { execType: 'PENDING_CANCEL' },
    );
    expect(apply(order, { execType: 'REPLACED' }).status).toBe('REPLACED');
    expect(apply(order, { execType: 'CANCEL_REJECTED' })).toMatchObject({
      status: 'PENDING_REPLACE',
      restoreStatus: 'NEW',
    });
    expect(apply(order, { execType: 'REPLACE_REJECTED' })).toMatchObject({
      status: 'PENDING_CANCEL',
      restoreStatus: 'NEW',
    });
  });

  it('an order that was partly filled cannot be rejected, whatever lies over it', () => {
    for (const execType of ['PENDING_CANCEL', 'PENDING_REPLACE', 'SUSPENDED'] as const) {
      const order = apply(orderIn('PARTIALLY_FILLED'), { execType });
      expect(transition(order, { execType: 'REJECTED' })).toMatchObject({
        ok: false,
        error: { code: 'ILLEGAL_TRANSITION' },
      });
    }
  });
});

describe('open and closed', () => {
  it('every status is one or the other', () => {
    expect(ORDER_STATUSES).toHaveLength(11);
    expect(new Set([...OPEN_STATUSES, ...CLOSED_STATUSES]).size).toBe(11);
    for (const status of OPEN_STATUSES) expect(isOpen(status)).toBe(true);
    for (const status of CLOSED_STATUSES) expect(isOpen(status)).toBe(false);
  });
});
