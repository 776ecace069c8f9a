CREATE TABLE "order_troubles" (
	"order_id" uuid PRIMARY KEY NOT NULL,
	"step" text NOT NULL,
	"code" text NOT NULL,
	"attempt" integer NOT NULL,
	"next_attempt_at" timestamp(3) with time zone,
	"since" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "order_troubles" ADD CONSTRAINT "order_troubles_order_id_orders_id_fk" FOREIGN KEY ("order_id") REFERENCES "public"."orders"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "order_troubles_of_step" ON "order_troubles" USING btree ("step","code");