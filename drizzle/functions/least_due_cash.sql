-- Of one account's trades that are due but not settled: the least that sales less purchases come
-- to, added up date by date; 0 when none. Settled cash less than that much must not leave, though
-- sales of a later date would make up for it.
CREATE OR REPLACE FUNCTION least_due_cash(p_account uuid) RETURNS numeric
LANGUAGE sql STABLE AS $$
  WITH unsettled AS (
    SELECT settlement_date, execution_id FROM settlement_instructions
    WHERE status = 'PENDING' AND account_id = p_account
      AND settlement_date <= (now() AT TIME ZONE 'UTC')::date
    UNION ALL
    SELECT settlement_date, execution_id FROM settlement_instructions
    WHERE status = 'IN_REPAIR' AND account_id = p_account
  ), by_date AS (
    SELECT u.settlement_date,
      sum(CASE e.side WHEN 'SELL' THEN e.cash ELSE -e.cash END) AS net
    FROM unsettled u JOIN executions e ON e.id = u.execution_id
    GROUP BY u.settlement_date
  ), added_up AS (
    SELECT sum(net) OVER (ORDER BY settlement_date) AS due FROM by_date
  )
  SELECT least(coalesce(min(due), 0), 0) FROM added_up
$$;
