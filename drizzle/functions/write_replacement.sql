-- Writes that an order took another's place, in one step. p: {original: what write_order_change
-- takes, replacement: {orderId, accountId, symbol, expectedVersion, quantity,
-- trigger: {at, stopPrice, waterMark}|null, holdAmount|null, buyingPowerChange,
-- heldQuantityChange, transfers, audit}}. The original's hold goes back to buying power before the
-- replacement's is taken from it. Outcomes as of write_order_change.
CREATE OR REPLACE FUNCTION write_replacement(p jsonb) RETURNS text
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
  UPDATE orders SET
    quantity = (r->>'quantity')::numeric,
    triggered_at = (r->'trigger'->>'at')::timestamptz,
    current_stop_price = (r->'trigger'->>'stopPrice')::numeric,
    high_water_mark = (r->'trigger'->>'waterMark')::numeric,
    version = version + 1
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
    UPDATE positions SET held_quantity = held_quantity + held_change
    WHERE account_id = v_account AND symbol = r->>'symbol';
  END IF;
  PERFORM post_transfers(v_account, v_order, null, r->'transfers');
  INSERT INTO audit_events (account_id, order_id, actor, action, details)
  VALUES (v_account, v_order, r->'audit'->>'actor', r->'audit'->>'action',
    r->'audit'->'details');
  RETURN 'WRITTEN';
END $$;
