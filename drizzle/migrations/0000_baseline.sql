CREATE TABLE "accounts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"status" text DEFAULT 'ACTIVE' NOT NULL,
	"shorting_allowed" boolean DEFAULT false NOT NULL,
	"buying_power" numeric(20, 2) DEFAULT '0' NOT NULL,
	"open_orders" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "accounts_user_id_unique" UNIQUE("user_id"),
	CONSTRAINT "accounts_status_known" CHECK ("accounts"."status" in ('ACTIVE','RESTRICTED')),
	CONSTRAINT "accounts_buying_power_not_negative" CHECK ("accounts"."buying_power" >= 0)
);
--> statement-breakpoint
CREATE TABLE "audit_events" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "audit_events_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"account_id" uuid,
	"order_id" uuid,
	"actor" text NOT NULL,
	"action" text NOT NULL,
	"details" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"occurred_at" timestamp(3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "breaks" (
	"id" uuid PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"kind" text NOT NULL,
	"broker" text NOT NULL,
	"account_id" uuid,
	"order_id" uuid,
	"broker_execution_id" text,
	"details" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"raised_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"resolved_at" timestamp(3) with time zone,
	"resolved_by" text,
	"resolution" text,
	CONSTRAINT "breaks_key_unique" UNIQUE("key"),
	CONSTRAINT "breaks_kind_known" CHECK ("breaks"."kind" in ('LATE_FILL','IMPOSSIBLE_REPORT','UNKNOWN_ORDER','REPORT_GAP')),
	CONSTRAINT "breaks_resolution_whole" CHECK (("breaks"."resolved_at" is null) = ("breaks"."resolved_by" is null) and ("breaks"."resolved_at" is null) = ("breaks"."resolution" is null))
);
--> statement-breakpoint
CREATE TABLE "broker_sessions" (
	"broker" text PRIMARY KEY NOT NULL,
	"last_sequence" bigint NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "executions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"broker" text NOT NULL,
	"broker_execution_id" text NOT NULL,
	"order_id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"symbol" text NOT NULL,
	"side" text NOT NULL,
	"quantity" numeric(20, 8) NOT NULL,
	"price" numeric(20, 8) NOT NULL,
	"cash" numeric(20, 2) NOT NULL,
	"executed_at" timestamp(3) with time zone NOT NULL,
	"booked_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "executions_broker_execution_id_key" UNIQUE("broker","broker_execution_id"),
	CONSTRAINT "executions_positive" CHECK ("executions"."quantity" > 0 and "executions"."price" > 0 and "executions"."cash" >= 0)
);
--> statement-breakpoint
CREATE TABLE "holds" (
	"order_id" uuid PRIMARY KEY NOT NULL,
	"account_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"symbol" text NOT NULL,
	"price" numeric(20, 8),
	"amount" numeric(20, 8) NOT NULL,
	"remaining" numeric(20, 8) NOT NULL,
	"released_at" timestamp(3) with time zone,
	CONSTRAINT "holds_kind_known" CHECK ("holds"."kind" in ('CASH','SHARES')),
	CONSTRAINT "holds_not_negative" CHECK ("holds"."remaining" >= 0 and "holds"."remaining" <= "holds"."amount")
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"account_id" uuid NOT NULL,
	"operation" text NOT NULL,
	"key" text NOT NULL,
	"fingerprint" text NOT NULL,
	"response" jsonb NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "idempotency_keys_account_id_operation_key_pk" PRIMARY KEY("account_id","operation","key")
);
--> statement-breakpoint
CREATE TABLE "instruments" (
	"symbol" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"exchange" text NOT NULL,
	"currency" text DEFAULT 'USD' NOT NULL,
	"tradable" boolean DEFAULT true NOT NULL,
	"fractionable" boolean DEFAULT true NOT NULL,
	"broker" text DEFAULT 'paper-broker' NOT NULL,
	CONSTRAINT "instruments_symbol_form" CHECK ("instruments"."symbol" ~ '^[A-Z][A-Z0-9.]{0,9}$')
);
--> statement-breakpoint
CREATE TABLE "ledger_accounts" (
	"account_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"asset" text NOT NULL,
	"balance" numeric(28, 8) DEFAULT '0' NOT NULL,
	CONSTRAINT "ledger_accounts_account_id_kind_asset_pk" PRIMARY KEY("account_id","kind","asset"),
	CONSTRAINT "ledger_accounts_kind_known" CHECK ("ledger_accounts"."kind" in ('CASH_SETTLED','CASH_UNSETTLED','CASH_HELD','SECURITIES','SECURITIES_UNSETTLED','CLEARING','DEPOSITS','WITHDRAWALS')),
	CONSTRAINT "ledger_accounts_cash_not_negative" CHECK ("ledger_accounts"."kind" not in ('CASH_SETTLED','CASH_HELD') or "ledger_accounts"."balance" >= 0)
);
--> statement-breakpoint
CREATE TABLE "ledger_transfers" (
	"key" text PRIMARY KEY NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "ledger_transfers_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"account_id" uuid NOT NULL,
	"code" text NOT NULL,
	"debit_kind" text NOT NULL,
	"credit_kind" text NOT NULL,
	"asset" text NOT NULL,
	"amount" numeric(28, 8) NOT NULL,
	"order_id" uuid,
	"execution_id" uuid,
	"posted_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "ledger_transfers_amount_positive" CHECK ("ledger_transfers"."amount" > 0),
	CONSTRAINT "ledger_transfers_two_sides" CHECK ("ledger_transfers"."debit_kind" <> "ledger_transfers"."credit_kind")
);
--> statement-breakpoint
CREATE TABLE "login_addresses" (
	"user_id" uuid NOT NULL,
	"address" text NOT NULL,
	"last_login_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "login_addresses_user_id_address_pk" PRIMARY KEY("user_id","address")
);
--> statement-breakpoint
CREATE TABLE "orders" (
	"id" uuid PRIMARY KEY NOT NULL,
	"account_id" uuid NOT NULL,
	"client_order_id" text NOT NULL,
	"symbol" text NOT NULL,
	"broker" text,
	"side" text NOT NULL,
	"type" text NOT NULL,
	"time_in_force" text NOT NULL,
	"quantity" numeric(20, 8) NOT NULL,
	"notional" numeric(20, 2),
	"limit_price" numeric(20, 8),
	"stop_price" numeric(20, 8),
	"trail_percent" numeric(7, 4),
	"protection_price" numeric(20, 8),
	"status" text NOT NULL,
	"restore_status" text,
	"filled_quantity" numeric(20, 8) DEFAULT '0' NOT NULL,
	"filled_notional" numeric(38, 16) DEFAULT '0' NOT NULL,
	"market_price_at_submission" numeric(20, 8),
	"market_data_timestamp" timestamp(3) with time zone,
	"reject_code" text,
	"reject_facts" jsonb,
	"version" integer DEFAULT 1 NOT NULL,
	"release_at" timestamp(3) with time zone,
	"auction_at" timestamp(3) with time zone,
	"expires_at" timestamp(3) with time zone,
	"replaces" uuid,
	"replaced_by" uuid,
	"submitted_at" timestamp(3) with time zone NOT NULL,
	"updated_at" timestamp(3) with time zone NOT NULL,
	"new_at" timestamp(3) with time zone,
	"filled_at" timestamp(3) with time zone,
	"canceled_at" timestamp(3) with time zone,
	"expired_at" timestamp(3) with time zone,
	"rejected_at" timestamp(3) with time zone,
	"suspended_at" timestamp(3) with time zone,
	"replaced_at" timestamp(3) with time zone,
	"triggered_at" timestamp(3) with time zone,
	"current_stop_price" numeric(20, 8),
	"high_water_mark" numeric(20, 8),
	CONSTRAINT "orders_client_order_id_key" UNIQUE("account_id","client_order_id"),
	CONSTRAINT "orders_side_known" CHECK ("orders"."side" in ('BUY','SELL')),
	CONSTRAINT "orders_type_known" CHECK ("orders"."type" in ('MARKET','LIMIT','STOP','STOP_LIMIT','TRAILING_STOP')),
	CONSTRAINT "orders_time_in_force_known" CHECK ("orders"."time_in_force" in ('DAY','GTC','IOC','FOK','OPG','CLS')),
	CONSTRAINT "orders_status_known" CHECK ("orders"."status" in ('PENDING_NEW','NEW','PARTIALLY_FILLED','PENDING_CANCEL','PENDING_REPLACE','SUSPENDED','FILLED','CANCELED','REPLACED','REJECTED','EXPIRED')),
	CONSTRAINT "orders_quantity_positive" CHECK ("orders"."quantity" > 0 or ("orders"."quantity" = 0 and "orders"."notional" is not null and "orders"."status" = 'REJECTED')),
	CONSTRAINT "orders_never_over_filled" CHECK ("orders"."filled_quantity" >= 0 and "orders"."filled_quantity" <= "orders"."quantity"),
	CONSTRAINT "orders_filled_is_full" CHECK ("orders"."status" <> 'FILLED' or "orders"."filled_quantity" = "orders"."quantity"),
	CONSTRAINT "orders_rejected_has_code" CHECK (("orders"."status" = 'REJECTED') = ("orders"."reject_code" is not null)),
	CONSTRAINT "orders_routed" CHECK ("orders"."broker" is not null or "orders"."status" = 'REJECTED')
);
--> statement-breakpoint
CREATE TABLE "positions" (
	"account_id" uuid NOT NULL,
	"symbol" text NOT NULL,
	"quantity" numeric(20, 8) NOT NULL,
	"held_quantity" numeric(20, 8) DEFAULT '0' NOT NULL,
	"average_price" numeric(20, 8) NOT NULL,
	"cost_basis" numeric(38, 16) NOT NULL,
	"realized_pnl" numeric(38, 16) NOT NULL,
	"status" text NOT NULL,
	"position_type" text NOT NULL,
	"last_trade_at" timestamp(3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "positions_account_id_symbol_pk" PRIMARY KEY("account_id","symbol"),
	CONSTRAINT "positions_status_known" CHECK ("positions"."status" = case when "positions"."quantity" = 0 then 'CLOSED' else 'ACTIVE' end),
	CONSTRAINT "positions_type_known" CHECK ("positions"."position_type" in ('LONG','SHORT')),
	CONSTRAINT "positions_basis_not_negative" CHECK ("positions"."cost_basis" >= 0),
	CONSTRAINT "positions_held_not_negative" CHECK ("positions"."held_quantity" >= 0)
);
--> statement-breakpoint
CREATE TABLE "refresh_tokens" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"session_id" uuid NOT NULL,
	"token_hash" text NOT NULL,
	"issued_at" timestamp(3) with time zone NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	"spent_at" timestamp(3) with time zone,
	CONSTRAINT "refresh_tokens_token_hash_unique" UNIQUE("token_hash")
);
--> statement-breakpoint
CREATE TABLE "settlement_instructions" (
	"execution_id" uuid PRIMARY KEY NOT NULL,
	"account_id" uuid NOT NULL,
	"trade_date" date NOT NULL,
	"settlement_date" date NOT NULL,
	"status" text DEFAULT 'PENDING' NOT NULL,
	"reason" text,
	"settled_at" timestamp(3) with time zone,
	CONSTRAINT "settlement_instructions_status_known" CHECK ("settlement_instructions"."status" in ('PENDING','SETTLED','IN_REPAIR')),
	CONSTRAINT "settlement_instructions_settled_at" CHECK (("settlement_instructions"."status" = 'SETTLED') = ("settlement_instructions"."settled_at" is not null))
);
--> statement-breakpoint
CREATE TABLE "trading_sessions" (
	"symbol" text NOT NULL,
	"session_date" date NOT NULL,
	"opens_at" timestamp(3) with time zone NOT NULL,
	"closes_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "trading_sessions_symbol_session_date_pk" PRIMARY KEY("symbol","session_date"),
	CONSTRAINT "trading_sessions_in_order" CHECK ("trading_sessions"."closes_at" >= "trading_sessions"."opens_at")
);
--> statement-breakpoint
CREATE TABLE "user_sessions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"last_used_at" timestamp(3) with time zone NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	"ended_at" timestamp(3) with time zone,
	"end_reason" text,
	CONSTRAINT "user_sessions_end_is_explained" CHECK (("user_sessions"."ended_at" is null) = ("user_sessions"."end_reason" is null))
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" uuid PRIMARY KEY NOT NULL,
	"email" text NOT NULL,
	"password_hash" text NOT NULL,
	"first_name" text NOT NULL,
	"last_name" text NOT NULL,
	"roles" text[] NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"failed_login_attempts" integer DEFAULT 0 NOT NULL,
	"locked_until" timestamp(3) with time zone,
	CONSTRAINT "users_roles_known" CHECK ("users"."roles" <@ array['CUSTOMER','OPERATOR']::text[] and cardinality("users"."roles") > 0)
);
--> statement-breakpoint
CREATE TABLE "watchlist_items" (
	"account_id" uuid NOT NULL,
	"symbol" text NOT NULL,
	"added_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "watchlist_items_account_id_symbol_pk" PRIMARY KEY("account_id","symbol")
);
--> statement-breakpoint
CREATE TABLE "withdrawals" (
	"id" uuid PRIMARY KEY NOT NULL,
	"account_id" uuid NOT NULL,
	"amount" numeric(20, 2) NOT NULL,
	"requested_by" text NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "withdrawals_positive" CHECK ("withdrawals"."amount" > 0)
);
--> statement-breakpoint
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "audit_events" ADD CONSTRAINT "audit_events_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "breaks" ADD CONSTRAINT "breaks_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "breaks" ADD CONSTRAINT "breaks_order_id_orders_id_fk" FOREIGN KEY ("order_id") REFERENCES "public"."orders"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "executions" ADD CONSTRAINT "executions_order_id_orders_id_fk" FOREIGN KEY ("order_id") REFERENCES "public"."orders"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "executions" ADD CONSTRAINT "executions_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "holds" ADD CONSTRAINT "holds_order_id_orders_id_fk" FOREIGN KEY ("order_id") REFERENCES "public"."orders"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "holds" ADD CONSTRAINT "holds_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "idempotency_keys" ADD CONSTRAINT "idempotency_keys_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ledger_accounts" ADD CONSTRAINT "ledger_accounts_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ledger_transfers" ADD CONSTRAINT "ledger_transfers_debit" FOREIGN KEY ("account_id","debit_kind","asset") REFERENCES "public"."ledger_accounts"("account_id","kind","asset") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ledger_transfers" ADD CONSTRAINT "ledger_transfers_credit" FOREIGN KEY ("account_id","credit_kind","asset") REFERENCES "public"."ledger_accounts"("account_id","kind","asset") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "login_addresses" ADD CONSTRAINT "login_addresses_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "orders" ADD CONSTRAINT "orders_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "positions" ADD CONSTRAINT "positions_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "refresh_tokens" ADD CONSTRAINT "refresh_tokens_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "refresh_tokens" ADD CONSTRAINT "refresh_tokens_session_id_user_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."user_sessions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement_instructions" ADD CONSTRAINT "settlement_instructions_execution_id_executions_id_fk" FOREIGN KEY ("execution_id") REFERENCES "public"."executions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement_instructions" ADD CONSTRAINT "settlement_instructions_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "trading_sessions" ADD CONSTRAINT "trading_sessions_symbol_instruments_symbol_fk" FOREIGN KEY ("symbol") REFERENCES "public"."instruments"("symbol") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "user_sessions" ADD CONSTRAINT "user_sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "watchlist_items" ADD CONSTRAINT "watchlist_items_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "watchlist_items" ADD CONSTRAINT "watchlist_items_symbol_instruments_symbol_fk" FOREIGN KEY ("symbol") REFERENCES "public"."instruments"("symbol") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "withdrawals" ADD CONSTRAINT "withdrawals_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_events_of_order" ON "audit_events" USING btree ("order_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "audit_events_of_bulk" ON "audit_events" USING btree (("details"->>'bulkId'),"action","order_id") WHERE "audit_events"."details"->>'bulkId' is not null;--> statement-breakpoint
CREATE INDEX "breaks_open" ON "breaks" USING btree ("raised_at","id") WHERE "breaks"."resolved_at" is null;--> statement-breakpoint
CREATE INDEX "executions_of_order" ON "executions" USING btree ("order_id","executed_at");--> statement-breakpoint
CREATE INDEX "holds_open_of_account" ON "holds" USING btree ("account_id") WHERE "holds"."remaining" > 0;--> statement-breakpoint
CREATE INDEX "idempotency_keys_age" ON "idempotency_keys" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "ledger_transfers_of_account" ON "ledger_transfers" USING btree ("account_id","id");--> statement-breakpoint
CREATE INDEX "orders_of_account" ON "orders" USING btree ("account_id","submitted_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "orders_open_of_account" ON "orders" USING btree ("account_id","submitted_at" DESC NULLS LAST,"id" DESC NULLS LAST) WHERE "orders"."status" not in ('FILLED','CANCELED','REPLACED','REJECTED','EXPIRED');--> statement-breakpoint
CREATE INDEX "orders_submitted" ON "orders" USING btree ("submitted_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "orders_open" ON "orders" USING btree ("submitted_at" DESC NULLS LAST,"id" DESC NULLS LAST) WHERE "orders"."status" not in ('FILLED','CANCELED','REPLACED','REJECTED','EXPIRED');--> statement-breakpoint
CREATE INDEX "orders_suspended" ON "orders" USING btree ("suspended_at") WHERE "orders"."status" = 'SUSPENDED';--> statement-breakpoint
CREATE INDEX "orders_replacing" ON "orders" USING btree ("replaces") WHERE "orders"."replaces" is not null;--> statement-breakpoint
CREATE INDEX "orders_unacknowledged" ON "orders" USING btree ("submitted_at") WHERE "orders"."status" = 'PENDING_NEW';--> statement-breakpoint
CREATE INDEX "refresh_tokens_session" ON "refresh_tokens" USING btree ("session_id");--> statement-breakpoint
CREATE INDEX "refresh_tokens_user" ON "refresh_tokens" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "settlement_instructions_due" ON "settlement_instructions" USING btree ("settlement_date","account_id","execution_id") WHERE "settlement_instructions"."status" = 'PENDING';--> statement-breakpoint
CREATE INDEX "settlement_instructions_in_repair" ON "settlement_instructions" USING btree ("execution_id") WHERE "settlement_instructions"."status" = 'IN_REPAIR';--> statement-breakpoint
CREATE INDEX "user_sessions_of_user" ON "user_sessions" USING btree ("user_id","last_used_at");--> statement-breakpoint
CREATE INDEX "user_sessions_ended" ON "user_sessions" USING btree ("ended_at") WHERE "user_sessions"."ended_at" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "users_email_key" ON "users" USING btree (lower("email"));--> statement-breakpoint
CREATE INDEX "withdrawals_of_account" ON "withdrawals" USING btree ("account_id","created_at" DESC NULLS LAST,"id" DESC NULLS LAST);