ALTER TABLE orders
  ADD COLUMN stop_price text,
  ADD COLUMN trail_percent text,
  ADD COLUMN auction_at timestamptz,
  -- The order whose place this one took, and what of `quantity` that one had filled: the order is for the difference.
  ADD COLUMN replaces text,
  ADD COLUMN carried_quantity numeric NOT NULL DEFAULT 0 CHECK (carried_quantity >= 0),
  ADD COLUMN triggered boolean NOT NULL DEFAULT false,
  -- Best last price since a trailing stop came in. Written at most a moment late, and told to nobody before.
  ADD COLUMN water_mark numeric CHECK (water_mark > 0),
  ADD CONSTRAINT carries_only_as_replacement CHECK (replaces IS NOT NULL OR carried_quantity = 0),
  DROP CONSTRAINT orders_status_check,
  ADD CONSTRAINT orders_status_check
    CHECK (status IN ('NEW', 'PARTIALLY_FILLED', 'FILLED', 'CANCELED', 'REJECTED', 'EXPIRED', 'REPLACED')),
  DROP CONSTRAINT never_over_filled,
  ADD CONSTRAINT never_over_filled CHECK (
    CASE WHEN status = 'REJECTED' THEN filled_quantity = 0 ELSE carried_quantity + filled_quantity + leaves_quantity <= quantity::numeric END);
-- An order gives its place away once.
CREATE UNIQUE INDEX orders_replaced_once ON orders (replaces) WHERE replaces IS NOT NULL;

ALTER TABLE execution_reports
  DROP CONSTRAINT execution_reports_exec_type_check,
  ADD CONSTRAINT execution_reports_exec_type_check CHECK (exec_type IN ('NEW', 'TRADE', 'CANCELED', 'REJECTED', 'EXPIRED', 'REPLACED'));

-- The trades that the clearing house has settled, each once.
CREATE TABLE settled_instructions (
  execution_sequence bigint PRIMARY KEY REFERENCES execution_reports (sequence),
  settlement_date date NOT NULL,
  settled_at timestamptz NOT NULL DEFAULT now()
);
