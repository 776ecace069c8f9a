-- The two writes of the order path. They decide nothing: the caller has decided, on a state it names; they
-- compare that state with what holds now, and write all or nothing, in one round trip.
-- Lock order everywhere: account, then order, then position.

-- Posts transfers and moves the balances they touch. postings: [{key, code, debit, credit, asset, amount}].
CREATE FUNCTION post_transfers(p_account uuid, p_order uuid, p_execution uuid, p_postings jsonb) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  IF jsonb_array_length(p_postings) = 0 THEN
    RETURN;
  END IF;
  INSERT INTO ledger_accounts (account_id, kind, asset)
  SELECT DISTINCT p_account, side.kind, t.asset
  FROM jsonb_to_recordset(p_postings) AS t(debit text, credit text, asset text),
       LATERAL (VALUES (t.debit), (t.credit)) AS side(kind)
  WHERE NOT EXISTS (
    SELECT 1 FROM ledger_accounts a WHERE a.account_id = p_account AND a.kind = side.kind AND a.asset = t.asset)
  ON CONFLICT DO NOTHING;

  INSERT INTO ledger_transfers (key, account_id, code, debit_kind, credit_kind, asset, amount, order_id, execution_id)
  SELECT t.key, p_account, t.code, t.debit, t.credit, t.asset, t.amount, p_order, p_execution
  FROM jsonb_to_recordset(p_postings) AS t(key text, code text, debit text, credit text, asset text, amount numeric);

  UPDATE ledger_accounts a
  SET balance = a.balance + c.change
  FROM (
    SELECT side.kind, t.asset, sum(side.change) AS change
    FROM jsonb_to_recordset(p_postings) AS t(debit text, credit text, asset text, amount numeric),
         LATERAL (VALUES (t.debit, -t.amount), (t.credit, t.amount)) AS side(kind, change)
    GROUP BY side.kind, t.asset
  ) c
  WHERE a.account_id = p_account AND a.kind = c.kind AND a.asset = c.asset;
END $$;
--> statement-breakpoint

-- Writes the one decision on an order id. p: {order, hold, postings, idempotency, audit, acceptBy}.
-- WRITTEN; DECIDED (somebody was first); LAPSED (acceptBy has passed); CLIENT_ORDER_ID_REUSED.
-- Raises HB001 when the buying power or the position is no longer what the decision stood on; nothing is written then.
CREATE FUNCTION write_acceptance(p jsonb) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  o orders := jsonb_populate_record(null::orders, p->'order');
  hold_kind text := p->'hold'->>'kind';
  hold_amount numeric := (p->'hold'->>'amount')::numeric;
  idem jsonb := p->'idempotency';
BEGIN
  PERFORM 1 FROM accounts WHERE id = o.account_id FOR NO KEY UPDATE;
  IF (p->>'acceptBy')::timestamptz < clock_timestamp() THEN
    RETURN CASE WHEN EXISTS (SELECT 1 FROM orders WHERE id = o.id) THEN 'DECIDED' ELSE 'LAPSED' END;
  END IF;
  INSERT INTO orders SELECT o.* ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RETURN CASE WHEN EXISTS (SELECT 1 FROM orders WHERE id = o.id) THEN 'DECIDED' ELSE 'CLIENT_ORDER_ID_REUSED' END;
  END IF;

  IF hold_kind = 'CASH' THEN
    UPDATE accounts SET buying_power = buying_power - hold_amount WHERE id = o.account_id AND buying_power >= hold_amount;
  ELSIF hold_kind = 'SHARES' THEN
    UPDATE positions SET held_quantity = held_quantity + hold_amount
    WHERE account_id = o.account_id AND symbol = o.symbol AND quantity - held_quantity >= hold_amount;
  END IF;
  IF hold_kind IS NOT NULL AND NOT FOUND THEN
    RAISE EXCEPTION 'the account no longer covers the order' USING ERRCODE = 'HB001';
  END IF;

  IF hold_kind IS NOT NULL THEN
    INSERT INTO holds (order_id, account_id, kind, symbol, price, amount, remaining)
    VALUES (o.id, o.account_id, hold_kind, o.symbol, (p->'hold'->>'price')::numeric, hold_amount, hold_amount);
  END IF;
  PERFORM post_transfers(o.account_id, o.id, null, p->'postings');
  IF jsonb_typeof(idem) = 'object' THEN
    INSERT INTO idempotency_keys (account_id, operation, key, fingerprint, response)
    VALUES (o.account_id, idem->>'operation', idem->>'key', idem->>'fingerprint', idem->'response')
    ON CONFLICT DO NOTHING;
  END IF;
  INSERT INTO audit_events (account_id, order_id, actor, action, details)
  VALUES (o.account_id, o.id, p->'audit'->>'actor', p->'audit'->>'action', p->'audit'->'details');
  RETURN 'WRITTEN';
END $$;
--> statement-breakpoint

-- Writes what happened to an order. p: {orderId, accountId, expectedVersion, order: {…changed columns}, hold: {remaining}|null,
-- buyingPowerChange, heldQuantityChange, position: {…row, expectedVersion}|null, execution|null, postings, audit}.
-- WRITTEN; ALREADY_BOOKED (the execution is there). Raises HB001 when order or position changed meanwhile; nothing is written then.
CREATE FUNCTION write_order_change(p jsonb) RETURNS text
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
    expired_at = c.expired_at, rejected_at = c.rejected_at, suspended_at = c.suspended_at, version = version + 1
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
  END IF;
  PERFORM post_transfers(v_account, v_order, e.id, p->'postings');
  INSERT INTO audit_events (account_id, order_id, actor, action, details)
  VALUES (v_account, v_order, p->'audit'->>'actor', p->'audit'->>'action', p->'audit'->'details');
  RETURN 'WRITTEN';
END $$;
--> statement-breakpoint

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: correct it by a new row', TG_TABLE_NAME USING ERRCODE = 'HB002';
END $$;
--> statement-breakpoint
CREATE TRIGGER ledger_transfers_append_only BEFORE UPDATE OR DELETE ON ledger_transfers
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER executions_append_only BEFORE UPDATE OR DELETE ON executions
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER audit_events_append_only BEFORE UPDATE OR DELETE ON audit_events
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
