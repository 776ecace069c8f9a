const CLOSED = `('FILLED','CANCELED','REPLACED','REJECTED','EXPIRED')`;

/**
 * What must hold inside the hub's database. Each selects one text for each place where it does not.
 */
export const HUB_RULES: Readonly<Record<string, string>> = {
  'the balances of an account sum to zero in each asset': `
    select concat_ws(' ', account_id, asset, sum(balance)) from ledger_accounts
    group by account_id, asset having sum(balance) <> 0`,

  'customer cash and clearing together are what was deposited': `
    select concat_ws(' ', money, deposited, booked, withdrawn, paid_out) from (
      select coalesce(sum(balance) filter (where kind like 'CASH%' or kind = 'CLEARING'), 0) as money,
        coalesce(-sum(balance) filter (where kind = 'DEPOSITS'), 0) as deposited,
        (select coalesce(sum(amount), 0) from ledger_transfers where code = 'DEPOSIT') as booked,
        coalesce(sum(balance) filter (where kind = 'WITHDRAWALS'), 0) as withdrawn,
        (select coalesce(sum(amount), 0) from withdrawals) as paid_out
      from ledger_accounts where asset = 'USD') as totals
    where money <> deposited - withdrawn or deposited <> booked or withdrawn <> paid_out`,

  'a ledger balance is the sum of its transfers': `
    select concat_ws(' ', a.account_id, a.kind, a.asset, a.balance, coalesce(t.change, 0))
    from ledger_accounts a
    left join (
      select account_id, side.kind, asset, sum(side.change) as change
      from ledger_transfers, lateral (values (debit_kind, -amount), (credit_kind, amount)) as side(kind, change)
      group by account_id, side.kind, asset) as t
      on t.account_id = a.account_id and t.kind = a.kind and t.asset = a.asset
    where a.balance <> coalesce(t.change, 0)`,

  'the ledger holds as many shares as the position': `
    select concat_ws(' ', coalesce(p.account_id, a.account_id), coalesce(p.symbol, a.asset), p.quantity, a.balance)
    from positions p
    full join (
      select account_id, asset, sum(balance) as balance from ledger_accounts
      where kind in ('SECURITIES', 'SECURITIES_UNSETTLED') group by account_id, asset) as a on a.account_id = p.account_id and a.asset = p.symbol
    where coalesce(p.quantity, 0) <> coalesce(a.balance, 0)`,

  'buying power is settled plus unsettled cash': `
    select concat_ws(' ', c.id, c.buying_power, coalesce(sum(a.balance), 0))
    from accounts c
    left join ledger_accounts a on a.account_id = c.id and a.asset = 'USD' and a.kind in ('CASH_SETTLED', 'CASH_UNSETTLED')
    group by c.id having c.buying_power <> coalesce(sum(a.balance), 0)`,

  'an order is filled by its executions': `
    select concat_ws(' ', o.id, o.filled_quantity, coalesce(sum(e.quantity), 0), o.filled_notional, coalesce(sum(e.quantity * e.price), 0))
    from orders o left join executions e on e.order_id = o.id
    group by o.id
    having o.filled_quantity <> coalesce(sum(e.quantity), 0) or o.filled_notional <> coalesce(sum(e.quantity * e.price), 0)`,

  'the cash of the executions of an order is their notional, rounded once against the customer': `
    select concat_ws(' ', o.id, o.side, o.filled_notional, e.cash, e.tiny)
    from orders o
    join (
      select order_id, sum(cash) as cash, count(*) filter (where quantity * price < 0.01) as tiny
      from executions group by order_id) as e on e.order_id = o.id
    where case o.side
      when 'BUY' then e.cash - ceil(o.filled_notional * 100) / 100 not between 0 and 0.01 * e.tiny
      else e.cash <> floor(o.filled_notional * 100) / 100 end`,

  'no purchase is for nothing': `
    select broker_execution_id from executions where side = 'BUY' and cash = 0`,

  'what rounding leaves is the house’s, in clearing': `
    select concat_ws(' ', e.account_id, a.balance, e.worth, e.fills)
    from (
      select account_id, sum(quantity * price * (case side when 'BUY' then 1 else -1 end)) as worth, count(*) as fills
      from executions group by account_id) as e
    left join ledger_accounts a on a.account_id = e.account_id and a.kind = 'CLEARING' and a.asset = 'USD'
    where coalesce(a.balance, 0) - e.worth not between 0 and 0.01 * e.fills`,

  'money moves in whole cents': `
    select concat_ws(' ', key, amount) from ledger_transfers where asset = 'USD' and amount <> round(amount, 2)`,

  'held cash is what open orders hold': `
    select concat_ws(' ', c.id, coalesce(a.balance, 0), coalesce(sum(h.remaining), 0))
    from accounts c
    left join ledger_accounts a on a.account_id = c.id and a.kind = 'CASH_HELD' and a.asset = 'USD'
    left join holds h on h.account_id = c.id and h.kind = 'CASH'
    group by c.id, a.balance having coalesce(a.balance, 0) <> coalesce(sum(h.remaining), 0)`,

  'held shares are what open orders hold': `
    select concat_ws(' ', coalesce(p.account_id, h.account_id), coalesce(p.symbol, h.symbol), p.held_quantity, h.remaining)
    from positions p
    full join (select account_id, symbol, sum(remaining) as remaining from holds where kind = 'SHARES' group by account_id, symbol) as h
      on h.account_id = p.account_id and h.symbol = p.symbol
    where coalesce(p.held_quantity, 0) <> coalesce(h.remaining, 0)`,

  'a closed order holds nothing': `
    select concat_ws(' ', o.id, o.status, h.remaining) from orders o join holds h on h.order_id = o.id
    where o.status in ${CLOSED} and h.remaining > 0`,

  'a covered sale holds the shares that it may still sell': `
    select concat_ws(' ', o.id, o.status, o.quantity - o.filled_quantity, h.remaining) from orders o join holds h on h.order_id = o.id
    where h.kind = 'SHARES' and o.status not in ${CLOSED} and h.remaining <> o.quantity - o.filled_quantity
      and (o.replaces is null or exists (select 1 from orders p where p.replaced_by = o.id))`,

  'an execution is posted once, in cash and in shares': `
    select concat_ws(' ', e.broker_execution_id, count(t.key))
    from executions e left join ledger_transfers t on t.execution_id = e.id and t.code in ('TRADE_CASH', 'TRADE_SECURITIES')
    group by e.id
    having count(*) filter (where t.code = 'TRADE_SECURITIES' and t.amount = e.quantity and t.asset = e.symbol) <> 1
      or count(*) filter (where t.code = 'TRADE_CASH' and t.amount = e.cash and t.asset = 'USD') <> (case when e.cash > 0 then 1 else 0 end)
      or count(t.key) <> (case when e.cash > 0 then 2 else 1 end)`,

  'no trade is posted without an execution': `
    select key from ledger_transfers where code like 'TRADE%' and execution_id is null`,

  'a position is the sum of its executions': `
    select concat_ws(' ', coalesce(p.account_id, e.account_id), coalesce(p.symbol, e.symbol), p.quantity, e.quantity)
    from positions p
    full join (
      select account_id, symbol, sum(case side when 'BUY' then quantity else -quantity end) as quantity
      from executions group by account_id, symbol) as e on e.account_id = p.account_id and e.symbol = p.symbol
    where coalesce(p.quantity, 0) <> coalesce(e.quantity, 0)`,

  'sales less purchases are the realized gain less the basis': `
    select concat_ws(' ', p.account_id, p.symbol, p.realized_pnl, p.cost_basis, e.received)
    from positions p
    join (
      select account_id, symbol, sum(quantity * price * (case side when 'SELL' then 1 else -1 end)) as received
      from executions group by account_id, symbol) as e on e.account_id = p.account_id and e.symbol = p.symbol
    where p.realized_pnl - p.cost_basis * (case when p.quantity < 0 then -1 else 1 end) <> e.received`,

  'an execution has a settlement instruction, which is posted once when it is settled and never before': `
    select concat_ws(' ', e.broker_execution_id, s.status, count(t.key))
    from executions e
    left join settlement_instructions s on s.execution_id = e.id and s.account_id = e.account_id
    left join ledger_transfers t on t.execution_id = e.id and t.code in ('SETTLE_CASH', 'SETTLE_SECURITIES')
    group by e.id, s.status
    having s.status is null
      or count(*) filter (where t.code = 'SETTLE_SECURITIES' and t.amount = e.quantity and t.asset = e.symbol) <> (case s.status when 'SETTLED' then 1 else 0 end)
      or count(*) filter (where t.code = 'SETTLE_CASH' and t.amount = e.cash and t.asset = 'USD')
        <> (case when s.status = 'SETTLED' and e.cash > 0 then 1 else 0 end)
      or count(t.key) <> (case when s.status <> 'SETTLED' then 0 when e.cash > 0 then 2 else 1 end)`,

  'unsettled and held cash are the net of what has not settled': `
    select concat_ws(' ', c.id, a.balance, e.net)
    from accounts c
    left join (
      select account_id, sum(balance) as balance from ledger_accounts
      where kind in ('CASH_UNSETTLED', 'CASH_HELD') and asset = 'USD' group by account_id) as a on a.account_id = c.id
    left join (
      select x.account_id, sum(case x.side when 'SELL' then x.cash else -x.cash end) as net
      from executions x join settlement_instructions s on s.execution_id = x.id and s.status <> 'SETTLED'
      group by x.account_id) as e on e.account_id = c.id
    where coalesce(a.balance, 0) <> coalesce(e.net, 0)`,

  'unsettled shares are the net of what has not settled': `
    select concat_ws(' ', coalesce(a.account_id, e.account_id), coalesce(a.asset, e.symbol), a.balance, e.net)
    from (select * from ledger_accounts where kind = 'SECURITIES_UNSETTLED') as a
    full join (
      select x.account_id, x.symbol, sum(case x.side when 'BUY' then x.quantity else -x.quantity end) as net
      from executions x join settlement_instructions s on s.execution_id = x.id and s.status <> 'SETTLED'
      group by x.account_id, x.symbol) as e on e.account_id = a.account_id and e.symbol = a.asset
    where coalesce(a.balance, 0) <> coalesce(e.net, 0)`,

  'an order that is full is closed': `
    select concat_ws(' ', id, status) from orders where status not in ${CLOSED} and filled_quantity = quantity`,

  'an order has an audit trail': `
    select o.id from orders o where not exists (select 1 from audit_events a where a.order_id = o.id)`,
};
