-- Settlement and withdrawals: what the day's run, the repairs and the API write. Lock order as everywhere: accounts by id, then the rest.

-- Of one account's trades that are due but not settled: the least that sales less purchases come to, added up date by date; 0 when none.
-- Settled cash less than that much must not leave, though sales of a later date would make up for it.
CREATE FUNCTION least_due_cash(p_account uuid) RETURNS numeric
LANGUAGE sql STABLE AS $$
  WITH unsettled AS (
    SELECT settlement_date, execution_id FROM settlement_instructions
    WHERE status = 'PENDING' AND account_id = p_account AND settlement_date <= (now() AT TIME ZONE 'UTC')::date
    UNION ALL
    SELECT settlement_date, execution_id FROM settlement_instructions
    WHERE status = 'IN_REPAIR' AND account_id = p_account
  ), by_date AS (
    SELECT u.settlement_date, sum(CASE e.side WHEN 'SELL' THEN e.cash ELSE -e.cash END) AS net
    FROM unsettled u JOIN executions e ON e.id = u.execution_id
    GROUP BY u.settlement_date
  ), added_up AS (
    SELECT sum(net) OVER (ORDER BY settlement_date) AS due FROM by_date
  )
  SELECT least(coalesce(min(due), 0), 0) FROM added_up
$$;
--> statement-breakpoint

-- Puts into repair what is still pending. p: [{executionId, reason}].
CREATE FUNCTION mark_in_repair(p jsonb) RETURNS void
LANGUAGE sql AS $$
  UPDATE settlement_instructions s SET status = 'IN_REPAIR', reason = r.reason
  FROM jsonb_to_recordset(p) AS r("executionId" uuid, reason text)
  WHERE s.execution_id = r."executionId" AND s.status <> 'SETTLED'
$$;
--> statement-breakpoint

-- Posts the transfers of these executions for all of their accounts at once and marks them settled. The accounts are locked.
CREATE FUNCTION post_settlements(p_transfers jsonb, p_executions uuid[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO ledger_accounts (account_id, kind, asset)
  SELECT DISTINCT t."accountId", side.kind, t.asset
  FROM jsonb_to_recordset(p_transfers) AS t("executionId" uuid, "accountId" uuid, debit text, credit text, asset text),
       LATERAL (VALUES (t.debit), (t.credit)) AS side(kind)
  WHERE t."executionId" = ANY(p_executions) AND NOT EXISTS (
    SELECT 1 FROM ledger_accounts a WHERE a.account_id = t."accountId" AND a.kind = side.kind AND a.asset = t.asset)
  ON CONFLICT DO NOTHING;

  WITH posted AS (
    INSERT INTO ledger_transfers (key, account_id, code, debit_kind, credit_kind, asset, amount, order_id, execution_id)
    SELECT t.key, t."accountId", t.code, t.debit, t.credit, t.asset, t.amount, t."orderId", t."executionId"
    FROM jsonb_to_recordset(p_transfers) AS t(
      "executionId" uuid, "accountId" uuid, "orderId" uuid, key text, code text, debit text, credit text, asset text, amount numeric)
    WHERE t."executionId" = ANY(p_executions)
    RETURNING account_id, debit_kind, credit_kind, asset, amount
  )
  UPDATE ledger_accounts a
  SET balance = a.balance + c.change
  FROM (
    SELECT posted.account_id, side.kind, posted.asset, sum(side.change) AS change
    FROM posted, LATERAL (VALUES (posted.debit_kind, -posted.amount), (posted.credit_kind, posted.amount)) AS side(kind, change)
    GROUP BY posted.account_id, side.kind, posted.asset
  ) c
  WHERE a.account_id = c.account_id AND a.kind = c.kind AND a.asset = c.asset;

  UPDATE settlement_instructions SET status = 'SETTLED', settled_at = now(), reason = null WHERE execution_id = ANY(p_executions);
END $$;
--> statement-breakpoint

-- Settles those of these executions of one account that the books allow, sales before purchases, each by itself; answers with the others.
CREATE FUNCTION post_settlements_singly(p_transfers jsonb, p_executions uuid[]) RETURNS uuid[]
LANGUAGE plpgsql AS $$
DECLARE
  v_execution uuid;
  v_refused uuid[] := '{}';
BEGIN
  FOR v_execution IN
    SELECT id FROM executions WHERE id = ANY(p_executions) ORDER BY (side = 'BUY'), executed_at, id
  LOOP
    BEGIN
      PERFORM post_settlements(p_transfers, ARRAY[v_execution]);
    EXCEPTION WHEN check_violation THEN
      v_refused := v_refused || v_execution;
    END;
  END LOOP;
  RETURN v_refused;
END $$;
--> statement-breakpoint

-- Writes what the clearing house has settled and what it refused. p: {runId|null, executions: [id], transfers: [{executionId, accountId,
-- orderId, key, code, debit, credit, asset, amount}], refused: [{executionId, reason}]}. What has been settled before stays as it is. What
-- would leave an account with negative settled cash goes into repair, and nothing else of any account. Answers [{executionId, reason}] of those.
-- All accounts at once when nothing stands against it; else account by account; else, of that account, one by one.
CREATE FUNCTION settle_instructions(p jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
  v_transfers jsonb := p->'transfers';
  v_executions uuid[] := ARRAY(SELECT x::uuid FROM jsonb_array_elements_text(p->'executions') AS x);
  v_named uuid[] := v_executions || ARRAY(SELECT (x->>'executionId')::uuid FROM jsonb_array_elements(p->'refused') AS x);
  v_due uuid[];
  v_of_account uuid[];
  v_refused uuid[] := '{}';
  v_failures jsonb;
BEGIN
  PERFORM 1 FROM accounts
  WHERE id IN (SELECT account_id FROM settlement_instructions WHERE execution_id = ANY(v_named))
  ORDER BY id FOR NO KEY UPDATE;
  v_due := ARRAY(SELECT execution_id FROM settlement_instructions WHERE execution_id = ANY(v_executions) AND status <> 'SETTLED');

  BEGIN
    PERFORM post_settlements(v_transfers, v_due);
  EXCEPTION WHEN check_violation THEN
    FOR v_of_account IN
      SELECT array_agg(execution_id) FROM settlement_instructions WHERE execution_id = ANY(v_due) GROUP BY account_id ORDER BY account_id
    LOOP
      BEGIN
        PERFORM post_settlements(v_transfers, v_of_account);
      EXCEPTION WHEN check_violation THEN
        v_refused := v_refused || post_settlements_singly(v_transfers, v_of_account);
      END;
    END LOOP;
  END;

  SELECT coalesce(jsonb_agg(jsonb_build_object('executionId', x, 'reason', 'INSUFFICIENT_SETTLED_CASH')), '[]')
  INTO v_failures FROM unnest(v_refused) AS x;
  PERFORM mark_in_repair((p->'refused') || v_failures);

  INSERT INTO audit_events (account_id, actor, action, details)
  SELECT e.account_id, 'system', 'SETTLED', jsonb_build_object(
    'runId', p->>'runId', 'instructions', count(*),
    'cashPaid', coalesce(sum(e.cash) FILTER (WHERE e.side = 'BUY'), 0)::text,
    'cashReceived', coalesce(sum(e.cash) FILTER (WHERE e.side = 'SELL'), 0)::text)
  FROM executions e WHERE e.id = ANY(v_due) AND e.id <> ALL(v_refused)
  GROUP BY e.account_id ORDER BY e.account_id;
  RETURN v_failures;
END $$;
--> statement-breakpoint

-- Takes settled cash out of an account. p: {id, accountId, amount, requestedBy, createdAt, response, idempotency: {key, fingerprint}|null,
-- postings, audit}. {outcome: WRITTEN, response}; {outcome: REPLAYED, response} for a key that has its first answer; KEY_REUSED for one
-- that was used with another request; ACCOUNT_NOT_FOUND; {outcome: INSUFFICIENT, available}: nothing is written, and the key is free.
CREATE FUNCTION write_withdrawal(p jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
  v_account uuid := (p->>'accountId')::uuid;
  v_amount numeric := (p->>'amount')::numeric;
  idem jsonb := p->'idempotency';
  v_buying_power numeric;
  v_settled numeric;
  v_available numeric;
  v_first idempotency_keys;
BEGIN
  SELECT buying_power INTO v_buying_power FROM accounts WHERE id = v_account FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN jsonb_build_object('outcome', 'ACCOUNT_NOT_FOUND');
  END IF;
  IF jsonb_typeof(idem) = 'object' THEN
    SELECT * INTO v_first FROM idempotency_keys
    WHERE account_id = v_account AND operation = 'withdraw' AND key = idem->>'key';
    IF FOUND THEN
      RETURN CASE WHEN v_first.fingerprint = idem->>'fingerprint'
        THEN jsonb_build_object('outcome', 'REPLAYED', 'response', v_first.response)
        ELSE jsonb_build_object('outcome', 'KEY_REUSED') END;
    END IF;
  END IF;

  SELECT balance INTO v_settled FROM ledger_accounts WHERE account_id = v_account AND kind = 'CASH_SETTLED' AND asset = 'USD';
  v_settled := coalesce(v_settled, 0);
  v_available := greatest(least(v_settled, v_buying_power, v_settled + least_due_cash(v_account)), 0);
  IF v_amount > v_available THEN
    RETURN jsonb_build_object('outcome', 'INSUFFICIENT', 'available', v_available::text);
  END IF;

  UPDATE accounts SET buying_power = buying_power - v_amount WHERE id = v_account;
  PERFORM post_transfers(v_account, null, null, p->'postings');
  INSERT INTO withdrawals (id, account_id, amount, requested_by, created_at)
  VALUES ((p->>'id')::uuid, v_account, v_amount, p->>'requestedBy', (p->>'createdAt')::timestamptz);
  IF jsonb_typeof(idem) = 'object' THEN
    INSERT INTO idempotency_keys (account_id, operation, key, fingerprint, response)
    VALUES (v_account, 'withdraw', idem->>'key', idem->>'fingerprint', p->'response');
  END IF;
  INSERT INTO audit_events (account_id, actor, action, details)
  VALUES (v_account, p->'audit'->>'actor', p->'audit'->>'action', p->'audit'->'details');
  RETURN jsonb_build_object('outcome', 'WRITTEN', 'response', p->'response');
END $$;
--> statement-breakpoint

CREATE TRIGGER withdrawals_append_only BEFORE UPDATE OR DELETE ON withdrawals
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint

-- Executions that were booked before there were settlement instructions get one, due on the next weekday, and their shares become unsettled
-- as their cash has been since the trade.
DO $$
DECLARE
  e executions;
BEGIN
  INSERT INTO settlement_instructions (execution_id, account_id, trade_date, settlement_date)
  SELECT x.id, x.account_id, d.traded, d.traded + CASE extract(isodow FROM d.traded) WHEN 5 THEN 3 WHEN 6 THEN 2 ELSE 1 END::int
  FROM executions x, LATERAL (SELECT (x.executed_at AT TIME ZONE 'UTC')::date AS traded) d;

  FOR e IN SELECT * FROM executions ORDER BY account_id, id LOOP
    PERFORM post_transfers(e.account_id, e.order_id, e.id, jsonb_build_array(jsonb_build_object(
      'key', 'migration/settlement/' || e.id, 'code', 'UNSETTLE_SECURITIES', 'asset', e.symbol, 'amount', e.quantity,
      'debit', CASE e.side WHEN 'BUY' THEN 'SECURITIES' ELSE 'SECURITIES_UNSETTLED' END,
      'credit', CASE e.side WHEN 'BUY' THEN 'SECURITIES_UNSETTLED' ELSE 'SECURITIES' END)));
  END LOOP;
END $$;
