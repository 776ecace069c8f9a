-- Writes the one decision on an order id, under the account's lock.
-- p: {order, hold, transfers, idempotency, audit, acceptBy}. An account that has open_orders_max
-- open orders gets no further one; what takes another's place adds none.
-- WRITTEN; DECIDED (somebody was first); LAPSED (acceptBy has passed); CLIENT_ORDER_ID_REUSED.
-- Raises HB001 when buying power, position or open orders are no longer what the decision stood
-- on; nothing is written then.
CREATE OR REPLACE FUNCTION write_acceptance(p jsonb, open_orders_max int DEFAULT null) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  o orders := jsonb_populate_record(null::orders, p->'order');
  hold_kind text := p->'hold'->>'kind';
  hold_amount numeric := (p->'hold'->>'amount')::numeric;
  idem jsonb := p->'idempotency';
  open_now int;
BEGIN
  SELECT open_orders INTO open_now FROM accounts WHERE id = o.account_id FOR NO KEY UPDATE;
  IF (p->>'acceptBy')::timestamptz < clock_timestamp() THEN
    RETURN CASE WHEN EXISTS (SELECT 1 FROM orders WHERE id = o.id) THEN 'DECIDED'
      ELSE 'LAPSED' END;
  END IF;
  INSERT INTO orders SELECT o.* ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RETURN CASE WHEN EXISTS (SELECT 1 FROM orders WHERE id = o.id) THEN 'DECIDED'
      ELSE 'CLIENT_ORDER_ID_REUSED' END;
  END IF;
  IF o.status <> 'REJECTED' AND o.replaces IS NULL AND open_now >= open_orders_max THEN
    RAISE EXCEPTION 'the account has too many open orders' USING ERRCODE = 'HB001';
  END IF;

  IF hold_kind = 'CASH' THEN
    UPDATE accounts SET buying_power = buying_power - hold_amount
    WHERE id = o.account_id AND buying_power >= hold_amount;
  ELSIF hold_kind = 'SHARES' THEN
    UPDATE positions SET held_quantity = held_quantity + hold_amount
    WHERE account_id = o.account_id AND symbol = o.symbol
      AND quantity - held_quantity >= hold_amount;
  END IF;
  IF hold_kind IS NOT NULL AND NOT FOUND THEN
    RAISE EXCEPTION 'the account no longer covers the order' USING ERRCODE = 'HB001';
  END IF;

  IF hold_kind IS NOT NULL THEN
    INSERT INTO holds (order_id, account_id, kind, symbol, price, amount, remaining)
    VALUES (o.id, o.account_id, hold_kind, o.symbol, (p->'hold'->>'price')::numeric,
      hold_amount, hold_amount);
  END IF;
  PERFORM post_transfers(o.account_id, o.id, null, p->'transfers');
  IF jsonb_typeof(idem) = 'object' THEN
    INSERT INTO idempotency_keys (account_id, operation, key, fingerprint, response)
    VALUES (o.account_id, idem->>'operation', idem->>'key', idem->>'fingerprint',
      idem->'response')
    ON CONFLICT DO NOTHING;
  END IF;
  INSERT INTO audit_events (account_id, order_id, actor, action, details)
  VALUES (o.account_id, o.id, p->'audit'->>'actor', p->'audit'->>'action',
    p->'audit'->'details');
  RETURN 'WRITTEN';
END $$;
