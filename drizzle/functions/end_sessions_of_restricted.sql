-- Whoever restricts an account, by a program or by hand, ends the sessions of its user with it.
CREATE OR REPLACE FUNCTION end_sessions_of_restricted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE user_sessions SET ended_at = clock_timestamp(), end_reason = 'ACCOUNT_RESTRICTED'
  WHERE user_id = NEW.user_id AND ended_at IS NULL;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER accounts_restricted AFTER UPDATE OF status ON accounts
FOR EACH ROW WHEN (NEW.status = 'RESTRICTED' AND OLD.status <> 'RESTRICTED')
EXECUTE FUNCTION end_sessions_of_restricted();
