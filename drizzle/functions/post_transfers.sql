-- THE ONLY PLACE WHERE BALANCES OF THE LEDGER CHANGE: no other function and no process writes
-- ledger_transfers or ledger_accounts.balance. What may be posted is decided in TypeScript
-- (domain/ledger/transfers.ts); a balance that must not be negative is guarded by the table's
-- CHECK.
--
-- Posts transfers and moves the balances they touch. p_transfers: [{key, code, debit, credit,
-- asset, amount}]; account, order and execution are those that a transfer names (accountId,
-- orderId, executionId), else the arguments'. The caller has locked the accounts. Raises a unique
-- violation for a key that has been posted.
CREATE OR REPLACE FUNCTION post_transfers(
  p_account uuid, p_order uuid, p_execution uuid, p_transfers jsonb) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  IF jsonb_array_length(p_transfers) = 0 THEN
    RETURN;
  END IF;
  INSERT INTO ledger_accounts (account_id, kind, asset)
  SELECT DISTINCT t.account_id, side.kind, t.asset
  FROM (
    SELECT coalesce(r."accountId", p_account) AS account_id, r.debit, r.credit, r.asset
    FROM jsonb_to_recordset(p_transfers)
      AS r("accountId" uuid, debit text, credit text, asset text)
  ) t, LATERAL (VALUES (t.debit), (t.credit)) AS side(kind)
  WHERE NOT EXISTS (
    SELECT 1 FROM ledger_accounts a
    WHERE a.account_id = t.account_id AND a.kind = side.kind AND a.asset = t.asset)
  ON CONFLICT DO NOTHING;

  WITH posted AS (
    INSERT INTO ledger_transfers (key, account_id, code, debit_kind, credit_kind, asset, amount,
      order_id, execution_id)
    SELECT r.key, coalesce(r."accountId", p_account), r.code, r.debit, r.credit, r.asset, r.amount,
      coalesce(r."orderId", p_order), coalesce(r."executionId", p_execution)
    FROM jsonb_to_recordset(p_transfers) AS r("accountId" uuid, "orderId" uuid,
      "executionId" uuid, key text, code text, debit text, credit text, asset text, amount numeric)
    RETURNING account_id, debit_kind, credit_kind, asset, amount
  )
  UPDATE ledger_accounts a
  SET balance = a.balance + c.change
  FROM (
    SELECT p.account_id, side.kind, p.asset, sum(side.change) AS change
    FROM posted p,
      LATERAL (VALUES (p.debit_kind, -p.amount), (p.credit_kind, p.amount)) AS side(kind, change)
    GROUP BY p.account_id, side.kind, p.asset
  ) c
  WHERE a.account_id = c.account_id AND a.kind = c.kind AND a.asset = c.asset;
END $$;
