-- Writes what happened to an order, under the account's lock. p: {orderId, accountId,
-- expectedVersion, order: {…changed columns}, hold: {remaining}|null, buyingPowerChange,
-- heldQuantityChange, position: {…row, expectedVersion}|null,
-- execution: {…row, trade_date, settlement_date}|null, transfers, audit}. Each execution gets its
-- settlement instruction. A process of before leaves cancel requests, which it does not know.
-- `coalesce`: a change that brings no trigger leaves the one that is there.
-- WRITTEN; ALREADY_BOOKED (the execution is there). Raises HB001 when order or position changed
-- meanwhile; nothing is written then.
CREATE OR REPLACE FUNCTION write_order_change(p jsonb) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  v_order uuid := (p->>'orderId')::uuid;
  v_account uuid := (p->>'accountId')::uuid;
  c orders := jsonb_populate_record(null::orders, p->'order');
  e executions := jsonb_populate_record(null::executions, p->'execution' || jsonb_build_object(
    'order_id', p->'orderId', 'account_id', p->'accountId', 'booked_at', now()));
  n positions := jsonb_populate_record(null::positions, p->'position');
  expected_position int := (p->'position'->>'expectedVersion')::int;
  held_change numeric := (p->>'heldQuantityChange')::numeric;
  power_change numeric := (p->>'buyingPowerChange')::numeric;
BEGIN
  PERFORM 1 FROM accounts WHERE id = v_account FOR NO KEY UPDATE;
  IF e.id IS NOT NULL
    AND EXISTS (SELECT 1 FROM executions
      WHERE broker = e.broker AND broker_execution_id = e.broker_execution_id) THEN
    RETURN 'ALREADY_BOOKED';
  END IF;

  UPDATE orders SET
    status = c.status, restore_status = c.restore_status,
    cancel_requested_by = CASE WHEN p->'order' ? 'cancel_requested_by'
      THEN c.cancel_requested_by ELSE cancel_requested_by END,
    cancel_requested_at = CASE WHEN p->'order' ? 'cancel_requested_at'
      THEN c.cancel_requested_at ELSE cancel_requested_at END,
    filled_quantity = c.filled_quantity, filled_notional = c.filled_notional,
    reject_code = c.reject_code, reject_facts = c.reject_facts,
    updated_at = c.updated_at, new_at = c.new_at, filled_at = c.filled_at,
    canceled_at = c.canceled_at, expired_at = c.expired_at, rejected_at = c.rejected_at,
    suspended_at = c.suspended_at, replaced_at = c.replaced_at, replaced_by = c.replaced_by,
    triggered_at = coalesce(c.triggered_at, triggered_at),
    current_stop_price = coalesce(c.current_stop_price, current_stop_price),
    high_water_mark = coalesce(c.high_water_mark, high_water_mark),
    version = version + 1
  WHERE id = v_order AND version = (p->>'expectedVersion')::int;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the order has changed' USING ERRCODE = 'HB001';
  END IF;

  IF n.account_id IS NOT NULL THEN
    IF expected_position = 0 THEN
      INSERT INTO positions (account_id, symbol, quantity, average_price, cost_basis,
        realized_pnl, status, position_type, last_trade_at)
      VALUES (n.account_id, n.symbol, n.quantity, n.average_price, n.cost_basis,
        n.realized_pnl, n.status, n.position_type, n.last_trade_at)
      ON CONFLICT DO NOTHING;
    ELSE
      UPDATE positions SET
        quantity = n.quantity, held_quantity = held_quantity + held_change,
        average_price = n.average_price, cost_basis = n.cost_basis,
        realized_pnl = n.realized_pnl, status = n.status, position_type = n.position_type,
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
      released_at = CASE WHEN (p->'hold'->>'remaining')::numeric = 0
        THEN coalesce(released_at, c.updated_at) END
    WHERE order_id = v_order;
  END IF;
  IF power_change <> 0 THEN
    UPDATE accounts SET buying_power = buying_power + power_change WHERE id = v_account;
  END IF;
  IF e.id IS NOT NULL THEN
    INSERT INTO executions SELECT e.*;
    INSERT INTO settlement_instructions (execution_id, account_id, trade_date, settlement_date)
    VALUES (e.id, v_account, (p->'execution'->>'trade_date')::date,
      (p->'execution'->>'settlement_date')::date);
  END IF;
  PERFORM post_transfers(v_account, v_order, e.id, p->'transfers');
  INSERT INTO audit_events (account_id, order_id, actor, action, details)
  VALUES (v_account, v_order, p->'audit'->>'actor', p->'audit'->>'action',
    p->'audit'->'details');
  RETURN 'WRITTEN';
END $$;
