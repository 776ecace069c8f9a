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
  -- Sequence of the order's first report: the root of the venue's order id.
  first_sequence bigint NOT NULL,
  -- The terms as they were sent, by the venue's names: a rejected order may carry a quantity that
  -- is not a number.
  terms jsonb NOT NULL,
  symbol text NOT NULL GENERATED ALWAYS AS (terms->>'symbol') STORED,
  side text NOT NULL GENERATED ALWAYS AS (terms->>'side') STORED CHECK (side IN ('BUY', 'SELL')),
  quantity text NOT NULL GENERATED ALWAYS AS (terms->>'quantity') STORED,
  -- The order whose place this one took, and what of `quantity` that one had filled: the order is
  -- for the difference.
  replaces text,
  carried_quantity numeric NOT NULL DEFAULT 0 CHECK (carried_quantity >= 0),
  -- What the market has made of it: its place, its trigger, its mark. A mark is written at most a
  -- moment late, and told to nobody before.
  standing jsonb NOT NULL CHECK (standing ? 'arrival' AND (standing->>'waterMark')::numeric > 0),
  status text NOT NULL CHECK (status IN
    ('NEW', 'PARTIALLY_FILLED', 'FILLED', 'CANCELED', 'REJECTED', 'EXPIRED', 'REPLACED')),
  filled_quantity numeric NOT NULL CHECK (filled_quantity >= 0),
  leaves_quantity numeric NOT NULL CHECK (leaves_quantity >= 0),
  reject_code text,
  CONSTRAINT carries_only_as_replacement CHECK (replaces IS NOT NULL OR carried_quantity = 0),
  CONSTRAINT never_over_filled CHECK (CASE WHEN status = 'REJECTED' THEN filled_quantity = 0
    ELSE carried_quantity + filled_quantity + leaves_quantity <= quantity::numeric END)
);
CREATE INDEX orders_open ON orders (first_sequence) WHERE status IN ('NEW', 'PARTIALLY_FILLED');
-- An order gives its place away once.
CREATE UNIQUE INDEX orders_replaced_once ON orders (replaces) WHERE replaces IS NOT NULL;

CREATE TABLE execution_reports (
  sequence bigint PRIMARY KEY,
  client_order_id text NOT NULL,
  exec_type text NOT NULL CHECK (exec_type IN
    ('NEW', 'TRIGGERED', 'TRADE', 'CANCELED', 'REJECTED', 'EXPIRED', 'REPLACED')),
  order_status text NOT NULL,
  last_quantity numeric CHECK (last_quantity > 0),
  last_price numeric CHECK (last_price > 0),
  cumulative_quantity numeric NOT NULL,
  leaves_quantity numeric NOT NULL,
  stop_price numeric CHECK (stop_price > 0),
  water_mark numeric CHECK (water_mark > 0),
  time timestamptz NOT NULL,
  reject_code text,
  in_answer boolean NOT NULL,
  CHECK ((exec_type = 'TRADE') = (last_quantity IS NOT NULL)),
  CHECK ((exec_type = 'TRADE') = (last_price IS NOT NULL)),
  CONSTRAINT only_triggers_have_a_stop
    CHECK (exec_type = 'TRIGGERED' OR (stop_price IS NULL AND water_mark IS NULL))
);
CREATE INDEX execution_reports_of_order ON execution_reports (client_order_id, sequence);

-- What was taken from the last traded quote of a symbol, so that a restart does not offer its size
-- again.
CREATE TABLE quote_usage (
  symbol text PRIMARY KEY,
  quote_sequence bigint NOT NULL,
  quote_time timestamptz NOT NULL,
  bid_taken numeric NOT NULL CHECK (bid_taken >= 0),
  ask_taken numeric NOT NULL CHECK (ask_taken >= 0)
);

-- The trades that the clearing house has settled, each once.
CREATE TABLE settled_instructions (
  execution_sequence bigint PRIMARY KEY REFERENCES execution_reports (sequence),
  settlement_date date NOT NULL,
  settled_at timestamptz NOT NULL DEFAULT now()
);
