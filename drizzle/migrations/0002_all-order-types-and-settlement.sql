CREATE TABLE "breaks" (
	"id" uuid PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"kind" text NOT NULL,
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
CREATE TABLE "withdrawals" (
	"id" uuid PRIMARY KEY NOT NULL,
	"account_id" uuid NOT NULL,
	"amount" numeric(20, 2) NOT NULL,
	"requested_by" text NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "withdrawals_positive" CHECK ("withdrawals"."amount" > 0)
);
--> statement-breakpoint
ALTER TABLE "ledger_accounts" DROP CONSTRAINT "ledger_accounts_kind_known";--> statement-breakpoint
ALTER TABLE "orders" DROP CONSTRAINT "orders_quantity_positive";--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "notional" numeric(20, 2);--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "stop_price" numeric(20, 8);--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "trail_percent" numeric(7, 4);--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "release_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "auction_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "replaces" uuid;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "replaced_by" uuid;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "replaced_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "breaks" ADD CONSTRAINT "breaks_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "breaks" ADD CONSTRAINT "breaks_order_id_orders_id_fk" FOREIGN KEY ("order_id") REFERENCES "public"."orders"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement_instructions" ADD CONSTRAINT "settlement_instructions_execution_id_executions_id_fk" FOREIGN KEY ("execution_id") REFERENCES "public"."executions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement_instructions" ADD CONSTRAINT "settlement_instructions_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "withdrawals" ADD CONSTRAINT "withdrawals_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "breaks_open" ON "breaks" USING btree ("raised_at","id") WHERE "breaks"."resolved_at" is null;--> statement-breakpoint
CREATE INDEX "settlement_instructions_due" ON "settlement_instructions" USING btree ("settlement_date","account_id","execution_id") WHERE "settlement_instructions"."status" = 'PENDING';--> statement-breakpoint
CREATE INDEX "settlement_instructions_in_repair" ON "settlement_instructions" USING btree ("execution_id") WHERE "settlement_instructions"."status" = 'IN_REPAIR';--> statement-breakpoint
CREATE INDEX "withdrawals_of_account" ON "withdrawals" USING btree ("account_id","created_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "orders_suspended" ON "orders" USING btree ("suspended_at") WHERE "orders"."status" = 'SUSPENDED';--> statement-breakpoint
CREATE INDEX "orders_replacing" ON "orders" USING btree ("replaces") WHERE "orders"."replaces" is not null;--> statement-breakpoint
ALTER TABLE "ledger_accounts" ADD CONSTRAINT "ledger_accounts_kind_known" CHECK ("ledger_accounts"."kind" in ('CASH_SETTLED','CASH_UNSETTLED','CASH_HELD','SECURITIES','SECURITIES_UNSETTLED','CLEARING','DEPOSITS','WITHDRAWALS'));--> statement-breakpoint
ALTER TABLE "orders" ADD CONSTRAINT "orders_quantity_positive" CHECK ("orders"."quantity" > 0 or ("orders"."quantity" = 0 and "orders"."notional" is not null and "orders"."status" = 'REJECTED'));