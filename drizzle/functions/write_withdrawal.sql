-- Takes settled cash out of an account, under its lock. p: {withdrawal: {id, accountId, amount,
-- createdAt}, requestedBy, idempotency: {key, fingerprint}|null, ground: {settled, buyingPower,
-- leastDue}, transfers, audit}.
-- Raises HB001 when the account has less of anything than the decision stood on, or the key has its
-- first answer by now; nothing is written then.
CREATE OR REPLACE FUNCTION write_withdrawal(p jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  w withdrawals := jsonb_populate_record(null::withdrawals, p->'withdrawal');
  v_account uuid := (p->'withdrawal'->>'accountId')::uuid;
  ground jsonb := p->'ground';
  idem jsonb := p->'idempotency';
BEGIN
  PERFORM 1 FROM accounts
  WHERE id = v_account AND buying_power >= (ground->>'buyingPower')::numeric FOR NO KEY UPDATE;
  IF NOT FOUND
    OR (ground->>'settled')::numeric > coalesce((SELECT balance FROM ledger_accounts
      WHERE account_id = v_account AND kind = 'CASH_SETTLED' AND asset = 'USD'), 0)
    OR (ground->>'leastDue')::numeric > least_due_cash(v_account) THEN
    RAISE EXCEPTION 'the account has less cash' USING ERRCODE = 'HB001';
  END IF;
  IF jsonb_typeof(idem) = 'object' THEN
    INSERT INTO idempotency_keys (account_id, operation, key, fingerprint, response)
    VALUES (v_account, 'withdraw', idem->>'key', idem->>'fingerprint', p->'withdrawal')
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'the key has its first answer' USING ERRCODE = 'HB001';
    END IF;
  END IF;

  UPDATE accounts SET buying_power = buying_power - w.amount WHERE id = v_account;
  PERFORM post_transfers(v_account, null, null, p->'transfers');
  INSERT INTO withdrawals (id, account_id, amount, requested_by, created_at)
  VALUES (w.id, v_account, w.amount, p->>'requestedBy',
    (p->'withdrawal'->>'createdAt')::timestamptz);
  INSERT INTO audit_events (account_id, actor, action, details)
  VALUES (v_account, p->'audit'->>'actor', p->'audit'->>'action', p->'audit'->'details');
END $$;
