import { type Decimal, ZERO } from '../money/decimal.ts';
import type { Side } from '../orders/order.ts';

/**
 * The ledger accounts of one customer account, one per kind and asset (`USD`, or the symbol). For
 * all of them balance = credits − debits.
 *
 * - CASH_SETTLED: money that is there. Never negative.
 * - CASH_UNSETTLED: the net of trades and commitments not settled yet; may be negative. Buying
 * power = CASH_SETTLED + CASH_UNSETTLED, never negative.
 * - CASH_HELD: set aside for open BUY orders. Never negative.
 * - SECURITIES, SECURITIES_UNSETTLED: shares; together the position's quantity, each negative when
 * more is owed than there.
 * - CLEARING, DEPOSITS, WITHDRAWALS: the house's side of trades, deposits and withdrawals, kept per
 * customer account so that no row is shared by all.
 *
 * Why settling leaves CASH_SETTLED at zero or more, when what is due on a date settles together and
 * dates settle in order: let S be settled cash, N(d) the cash of sales less that of purchases that
 * settle on `d` or before, H what was held when the trading that settles on `d` ended. At that
 * moment buying power was S + N(d) − H ≥ 0, for no later trade was in it; so S + N(d) ≥ H ≥ 0, and
 * that is what settling leaves. Only a withdrawal lowers S afterwards: it leaves S + N(d) ≥ 0 for
 * every date still unsettled (`withdrawableCash`). Where a sale does not settle with its date, a
 * purchase that it was to pay for may find too little: the books reject it, and it waits under
 * repair for the sale.
 */
export const LEDGER_ACCOUNT_KINDS = [
  'CASH_SETTLED',
  'CASH_UNSETTLED',
  'CASH_HELD',
  'SECURITIES',
  'SECURITIES_UNSETTLED',
  'CLEARING',
  'DEPOSITS',
  'WITHDRAWALS',
] as const;
export type LedgerAccountKind = (typeof LEDGER_ACCOUNT_KINDS)[number];

export const TRANSFER_CODES = [
  'DEPOSIT',
  'HOLD',
  'RELEASE',
  'TRADE_CASH',
  'TRADE_SECURITIES',
  'SETTLE_CASH',
  'SETTLE_SECURITIES',
  'WITHDRAWAL',
] as const;
export type TransferCode = (typeof TRANSFER_CODES)[number];

export const CASH_ASSET = 'USD';

/**
 * One transfer: `amount` (> 0, USD or shares) leaves `debit` and enters `credit`. Immutable; a
 * correction is a new one.
 */
export interface Transfer {
  code: TransferCode;
  debit: LedgerAccountKind;
  credit: LedgerAccountKind;
  asset: string;
  amount: Decimal;
}

export interface BalanceChange {
  kind: LedgerAccountKind;
  asset: string;
  change: Decimal;
}

/**
 * Each function below gives no transfer for a zero amount, and throws for a negative one: that is a
 * defect of its caller.
 */
const post = (transfer: Transfer): Transfer[] => {
  if (transfer.amount.lt(ZERO))
    throw new RangeError(
      `A ${transfer.code} transfer is not negative: ${transfer.amount.toFixed()}`,
    );
  return transfer.amount.isZero() ? [] : [transfer];
};

/** Money comes in. */
export const postDeposit = (amount: Decimal): Transfer[] =>
  post({ code: 'DEPOSIT', debit: 'DEPOSITS', credit: 'CASH_SETTLED', asset: CASH_ASSET, amount });

/** Buying power is set aside for an order. */
export const postHold = (amount: Decimal): Transfer[] =>
  post({ code: 'HOLD', debit: 'CASH_UNSETTLED', credit: 'CASH_HELD', asset: CASH_ASSET, amount });

/** What was set aside and is not needed goes back to buying power. */
export const postRelease = (amount: Decimal): Transfer[] =>
  post({
    code: 'RELEASE',
    debit: 'CASH_HELD',
    credit: 'CASH_UNSETTLED',
    asset: CASH_ASSET,
    amount,
  });

/** What an execution moves: quantity in shares, cash from `fillCash`. */
export interface ExecutedTrade {
  side: Side;
  symbol: string;
  quantity: Decimal;
  cash: Decimal;
}

/**
 * One execution, on its trade date: a BUY pays from what is held, a SELL is paid to unsettled cash;
 * the shares are unsettled either way.
 */
export function postFill(trade: ExecutedTrade): Transfer[] {
  const shares = { code: 'TRADE_SECURITIES', asset: trade.symbol, amount: trade.quantity } as const;
  const cash = { code: 'TRADE_CASH', asset: CASH_ASSET, amount: trade.cash } as const;
  return trade.side === 'BUY'
    ? [
        ...post({ ...cash, debit: 'CASH_HELD', credit: 'CLEARING' }),
        ...post({ ...shares, debit: 'CLEARING', credit: 'SECURITIES_UNSETTLED' }),
      ]
    : [
        ...post({ ...shares, debit: 'SECURITIES_UNSETTLED', credit: 'CLEARING' }),
        ...post({ ...cash, debit: 'CLEARING', credit: 'CASH_UNSETTLED' }),
      ];
}

/**
 * One execution, on its settlement date: what the trade left unsettled, cash and shares, becomes
 * settled. Buying power and position stay.
 */
export function postSettlement(trade: ExecutedTrade): Transfer[] {
  const shares = {
    code: 'SETTLE_SECURITIES',
    asset: trade.symbol,
    amount: trade.quantity,
  } as const;
  const cash = { code: 'SETTLE_CASH', asset: CASH_ASSET, amount: trade.cash } as const;
  return trade.side === 'BUY'
    ? [
        ...post({ ...cash, debit: 'CASH_SETTLED', credit: 'CASH_UNSETTLED' }),
        ...post({ ...shares, debit: 'SECURITIES_UNSETTLED', credit: 'SECURITIES' }),
      ]
    : [
        ...post({ ...cash, debit: 'CASH_UNSETTLED', credit: 'CASH_SETTLED' }),
        ...post({ ...shares, debit: 'SECURITIES', credit: 'SECURITIES_UNSETTLED' }),
      ];
}

/** Settled money goes out. */
export const postWithdrawal = (amount: Decimal): Transfer[] =>
  post({
    code: 'WITHDRAWAL',
    debit: 'CASH_SETTLED',
    credit: 'WITHDRAWALS',
    asset: CASH_ASSET,
    amount,
  });

/**
 * What the transfers together change, one entry per kind and asset, none that is zero, sorted by
 * kind then asset: the order in which rows are locked.
 */
export function balanceChanges(transfers: readonly Transfer[]): BalanceChange[] {
  const changes = new Map<string, BalanceChange>();
  const add = (kind: LedgerAccountKind, asset: string, change: Decimal): void => {
    const key = `${kind} ${asset}`;
    changes.set(key, { kind, asset, change: change.plus(changes.get(key)?.change ?? ZERO) });
  };
  for (const { debit, credit, asset, amount } of transfers) {
    add(debit, asset, amount.neg());
    add(credit, asset, amount);
  }
  return [...changes.entries()]
    .filter(([, { change }]) => !change.isZero())
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([, change]) => change);
}
