-- Writes what was decided on instructions of any accounts, under the accounts' locks.
-- p: {settle: [executionId], transfers: [what post_transfers takes, with accountId, orderId and
-- executionId], repair: [{executionId, reason}], settledCash: {accountId: USD},
-- audit: [{accountId, actor, action, details}]}.
-- Raises HB001 when an instruction has been settled or an account's settled cash has changed
-- meanwhile; nothing is written then.
CREATE OR REPLACE FUNCTION write_settlement(p jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_settle uuid[] := ARRAY(SELECT x::uuid FROM jsonb_array_elements_text(p->'settle') AS x);
  v_named uuid[] := v_settle || ARRAY(
    SELECT (x->>'executionId')::uuid FROM jsonb_array_elements(p->'repair') AS x);
BEGIN
  PERFORM 1 FROM accounts
  WHERE id IN (SELECT account_id FROM settlement_instructions WHERE execution_id = ANY(v_named))
  ORDER BY id FOR NO KEY UPDATE;
  PERFORM 1 FROM settlement_instructions
  WHERE execution_id = ANY(v_named) AND status = 'SETTLED';
  IF FOUND THEN
    RAISE EXCEPTION 'an instruction has been settled' USING ERRCODE = 'HB001';
  END IF;
  PERFORM 1
  FROM jsonb_each_text(p->'settledCash') AS expected(account_id, balance)
  LEFT JOIN ledger_accounts l ON l.account_id = expected.account_id::uuid
    AND l.kind = 'CASH_SETTLED' AND l.asset = 'USD'
  WHERE coalesce(l.balance, 0) <> expected.balance::numeric;
  IF FOUND THEN
    RAISE EXCEPTION 'settled cash has changed' USING ERRCODE = 'HB001';
  END IF;

  PERFORM post_transfers(null, null, null, p->'transfers');
  UPDATE settlement_instructions SET status = 'SETTLED', settled_at = now(), reason = null
  WHERE execution_id = ANY(v_settle);
  UPDATE settlement_instructions s SET status = 'IN_REPAIR', reason = r.reason
  FROM jsonb_to_recordset(p->'repair') AS r("executionId" uuid, reason text)
  WHERE s.execution_id = r."executionId";
  INSERT INTO audit_events (account_id, actor, action, details)
  SELECT a."accountId", a.actor, a.action, a.details
  FROM jsonb_to_recordset(p->'audit')
    AS a("accountId" uuid, actor text, action text, details jsonb)
  ORDER BY a."accountId";
END $$;
