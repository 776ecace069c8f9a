-- Writes what happened to an order. p: {orderId, accountId, expectedVersion, order: {…changed columns}, hold: {remaining}|null,
-- buyingPowerChange, heldQuantityChange, position: {…row, expectedVersion}|null, execution: {…row, trade_date, settlement_date}|null,
-- postings, audit}. Each execution gets its settlement instruction.
-- WRITTEN; ALREADY_BOOKED (the execution is there). Raises HB001 when order or position changed meanwhile; nothing is written then.
CREATE OR REPLACE FUNCTION write_order_change(p jsonb) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  v_order uuid := (p->>'orderId')::uuid;
  v_account uuid := (p->>'accountId')::uuid;
  c orders := jsonb_populate_record(null::orders, p->'order');
  e executions := jsonb_populate_record(null::executions, p->'execution');
  n positions := jsonb_populate_record(null::positions, p->'position');
  expected_position int := (p->'position'->>'expectedVersion')::int;
  held_change numeric := (p->>'heldQuantityChange')::numeric;
  power_change numeric := (p->>'buyingPowerChange')::numeric;
BEGIN
  PERFORM 1 FROM accounts WHERE id = v_account FOR NO KEY UPDATE;
  IF e.id IS NOT NULL AND EXISTS (SELECT 1 FROM executions WHERE broker_execution_id = e.broker_execution_id) THEN
    RETURN 'ALREADY_BOOKED';
  END IF;

  UPDATE orders SET
    status = c.status, restore_status = c.restore_status, filled_quantity = c.filled_quantity,
    filled_notional = c.filled_notional, reject_code = c.reject_code, reject_facts = c.reject_facts,
    updated_at = c.updated_at, new_at = c.new_at, filled_at = c.filled_at, canceled_at = c.canceled_at,
    expired_at = c.expired_at, rejected_at = c.rejected_at, suspended_at = c.suspended_at, replaced_at = c.replaced_at,
    replaced_by = c.replaced_by, version = version + 1
  WHERE id = v_order AND version = (p->>'expectedVersion')::int;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the order has changed' USING ERRCODE = 'HB001';
  END IF;

  IF n.account_id IS NOT NULL THEN
    IF expected_position = 0 THEN
      INSERT INTO positions (account_id, symbol, quantity, average_price, cost_basis, realized_pnl, status, position_type, last_trade_at)
      VALUES (n.account_id, n.symbol, n.quantity, n.average_price, n.cost_basis, n.realized_pnl, n.status, n.position_type, n.last_trade_at)
      ON CONFLICT DO NOTHING;
    ELSE
      UPDATE positions SET
        quantity = n.quantity, held_quantity = held_quantity + held_change, average_price = n.average_price,
        cost_basis = n.cost_basis, realized_pnl = n.realized_pnl, status = n.status, position_type = n.position_type,
        last_trade_at = n.last_trade_at, version = version + 1
      WHERE account_id = n.account_id AND symbol = n.symbol AND version = expected_position;
    END IF;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'the position has changed' USING ERRCODE = 'HB001';
    END IF;
  ELSIF held_change <> 0 THEN
    UPDATE positions SET held_quantity = held_quantity + held_change
    WHERE account_id = v_account AND symbol = p->>'symbol';
  END IF;

  IF jsonb_typeof(p->'hold') = 'object' THEN
    UPDATE holds SET
      remaining = (p->'hold'->>'remaining')::numeric,
      released_at = CASE WHEN (p->'hold'->>'remaining')::numeric = 0 THEN coalesce(released_at, c.updated_at) END
    WHERE order_id = v_order;
  END IF;
  IF power_change <> 0 THEN
    UPDATE accounts SET buying_power = buying_power + power_change WHERE id = v_account;
  END IF;
  IF e.id IS NOT NULL THEN
    INSERT INTO executions (id, broker_execution_id, order_id, account_id, symbol, side, quantity, price, cash, executed_at)
    VALUES (e.id, e.broker_execution_id, v_order, v_account, e.symbol, e.side, e.quantity, e.price, e.cash, e.executed_at);
    INSERT INTO settlement_instructions (execution_id, account_id, trade_date, settlement_date)
    VALUES (e.id, v_account, (p->'execution'->>'trade_date')::date, (p->'execution'->>'settlement_date')::date);
  END IF;
  PERFORM post_transfers(v_account, v_order, e.id, p->'postings');
  INSERT INTO audit_events (account_id, order_id, actor, action, details)
  VALUES (v_account, v_order, p->'audit'->>'actor', p->'audit'->>'action', p->'audit'->'details');
  RETURN 'WRITTEN';
END $$;
--> statement-breakpoint

-- Writes that an order took another's place, in one step: p: {original: what write_order_change takes, replacement: {orderId, accountId,
-- symbol, expectedVersion, quantity, holdAmount|null, buyingPowerChange, heldQuantityChange, postings, audit}}. The original's hold goes
-- back to buying power before the replacement's is taken from it. Outcomes as of write_order_change.
CREATE FUNCTION write_replacement(p jsonb) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  r jsonb := p->'replacement';
  v_order uuid := (r->>'orderId')::uuid;
  v_account uuid := (r->>'accountId')::uuid;
  hold_amount numeric := (r->>'holdAmount')::numeric;
  held_change numeric := (r->>'heldQuantityChange')::numeric;
  power_change numeric := (r->>'buyingPowerChange')::numeric;
  outcome text := write_order_change(p->'original');
BEGIN
  IF outcome <> 'WRITTEN' THEN
    RETURN outcome;
  END IF;
  UPDATE orders SET quantity = (r->>'quantity')::numeric, version = version + 1
  WHERE id = v_order AND version = (r->>'expectedVersion')::int;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the replacement has changed' USING ERRCODE = 'HB001';
  END IF;
  IF hold_amount IS NOT NULL THEN
    UPDATE holds SET amount = hold_amount, remaining = hold_amount WHERE order_id = v_order;
  END IF;
  IF power_change <> 0 THEN
    UPDATE accounts SET buying_power = buying_power + power_change WHERE id = v_account;
  END IF;
  IF held_change <> 0 THEN
    UPDATE positions SET held_quantity = held_quantity + held_change WHERE account_id = v_account AND symbol = r->>'symbol';
  END IF;
  PERFORM post_transfers(v_account, v_order, null, r->'postings');
  INSERT INTO audit_events (account_id, order_id, actor, action, details)
  VALUES (v_account, v_order, r->'audit'->>'actor', r->'audit'->>'action', r->'audit'->'details');
  RETURN 'WRITTEN';
END $$;
