-- One row: who this venue is, and which process may write for it. A process that starts, or that
-- recovers after a failed write, raises `epoch`; writes under an older one change nothing.
CREATE TABLE venue (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  venue_id text NOT NULL,
  epoch bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now()
);
-- The id goes into every execution id, so that a fresh database never repeats one.
INSERT INTO venue (venue_id) VALUES (left(replace(gen_random_uuid()::text, '-', ''), 12));

CREATE TABLE orders (
  client_order_id text PRIMARY KEY,
  -- Sequence of the order's first report: its place in time priority and the root of the venue's order id.
  first_sequence bigint NOT NULL,
  -- The terms as they were sent: a rejected order may carry a quantity that is not a number.
  symbol text NOT NULL,
  side text NOT NULL CHECK (side IN ('BUY', 'SELL')),
  type text NOT NULL,
  time_in_force text NOT NULL,
  quantity text NOT NULL,
  limit_price text,
  protection_price text,
  expires_at timestamptz,
  status text NOT NULL CHECK (status IN ('NEW', 'PARTIALLY_FILLED', 'FILLED', 'CANCELED', 'REJECTED', 'EXPIRED')),
  filled_quantity numeric NOT NULL CHECK (filled_quantity >= 0),
  leaves_quantity numeric NOT NULL CHECK (leaves_quantity >= 0),
  reject_code text,
  CONSTRAINT never_over_filled CHECK (CASE WHEN status = 'REJECTED' THEN filled_quantity = 0 ELSE filled_quantity + leaves_quantity <= quantity::numeric END)
);
CREATE INDEX orders_open ON orders (first_sequence) WHERE status IN ('NEW', 'PARTIALLY_FILLED');

CREATE TABLE execution_reports (
  sequence bigint PRIMARY KEY,
  client_order_id text NOT NULL,
  exec_type text NOT NULL CHECK (exec_type IN ('NEW', 'TRADE', 'CANCELED', 'REJECTED', 'EXPIRED')),
  order_status text NOT NULL,
  last_quantity numeric CHECK (last_quantity > 0),
  last_price numeric CHECK (last_price > 0),
  cumulative_quantity numeric NOT NULL,
  leaves_quantity numeric NOT NULL,
  time timestamptz NOT NULL,
  reject_code text,
  in_answer boolean NOT NULL,
  CHECK ((exec_type = 'TRADE') = (last_quantity IS NOT NULL)),
  CHECK ((exec_type = 'TRADE') = (last_price IS NOT NULL))
);
CREATE INDEX execution_reports_of_order ON execution_reports (client_order_id, sequence);

-- What was taken from the last traded quote of a symbol, so that a restart does not offer its size again.
CREATE TABLE quote_usage (
  symbol text PRIMARY KEY,
  quote_sequence bigint NOT NULL,
  quote_time timestamptz NOT NULL,
  bid_taken numeric NOT NULL CHECK (bid_taken >= 0),
  ask_taken numeric NOT NULL CHECK (ask_taken >= 0)
);
