-- Keeps accounts.open_orders in the transaction that opens or ends an order, under the account's
-- lock.
CREATE OR REPLACE FUNCTION count_open_orders() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  was_open boolean := TG_OP = 'UPDATE'
    AND OLD.status NOT IN ('FILLED', 'CANCELED', 'REPLACED', 'REJECTED', 'EXPIRED');
BEGIN
  UPDATE accounts SET open_orders = open_orders + CASE WHEN was_open THEN -1 ELSE 1 END
  WHERE id = NEW.account_id;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER orders_opened AFTER INSERT ON orders
FOR EACH ROW
WHEN (NEW.status NOT IN ('FILLED', 'CANCELED', 'REPLACED', 'REJECTED', 'EXPIRED'))
EXECUTE FUNCTION count_open_orders();

CREATE OR REPLACE TRIGGER orders_opened_or_ended AFTER UPDATE OF status ON orders
FOR EACH ROW
WHEN (
  (OLD.status IN ('FILLED', 'CANCELED', 'REPLACED', 'REJECTED', 'EXPIRED'))
  <> (NEW.status IN ('FILLED', 'CANCELED', 'REPLACED', 'REJECTED', 'EXPIRED')))
EXECUTE FUNCTION count_open_orders();
