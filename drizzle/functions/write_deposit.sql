-- Books cash that has come into an account, under its lock.
-- p: {accountId, amount, transfer, audit}.
-- WRITTEN; ALREADY_POSTED (the transfer's key is there, with this amount); KEY_REUSED (with
-- another one); ACCOUNT_NOT_FOUND.
CREATE OR REPLACE FUNCTION write_deposit(p jsonb) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  v_account uuid := (p->>'accountId')::uuid;
  v_amount numeric := (p->>'amount')::numeric;
  v_posted numeric;
BEGIN
  PERFORM 1 FROM accounts WHERE id = v_account FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN 'ACCOUNT_NOT_FOUND';
  END IF;
  SELECT amount INTO v_posted FROM ledger_transfers WHERE key = p->'transfer'->>'key';
  IF FOUND THEN
    RETURN CASE WHEN v_posted = v_amount THEN 'ALREADY_POSTED' ELSE 'KEY_REUSED' END;
  END IF;

  UPDATE accounts SET buying_power = buying_power + v_amount WHERE id = v_account;
  PERFORM post_transfers(v_account, null, null, jsonb_build_array(p->'transfer'));
  INSERT INTO audit_events (account_id, actor, action, details)
  VALUES (v_account, p->'audit'->>'actor', p->'audit'->>'action', p->'audit'->'details');
  RETURN 'WRITTEN';
END $$;
