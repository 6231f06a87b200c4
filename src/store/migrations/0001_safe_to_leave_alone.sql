CREATE TABLE "applied_amounts" (
	"organization_id" integer NOT NULL,
	"hour" timestamp (3) with time zone NOT NULL,
	"kind" text NOT NULL,
	"product_id" integer DEFAULT 0 NOT NULL,
	"count" integer NOT NULL,
	CONSTRAINT "applied_amounts_organization_id_hour_kind_product_id_pk" PRIMARY KEY("organization_id","hour","kind","product_id")
);
--> statement-breakpoint
CREATE TABLE "due_tries" (
	"organization_id" integer NOT NULL,
	"kind" text NOT NULL,
	"person_id" bigint NOT NULL,
	"product_id" integer NOT NULL,
	"tries" integer NOT NULL,
	"again_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "due_tries_organization_id_kind_person_id_product_id_pk" PRIMARY KEY("organization_id","kind","person_id","product_id")
);
--> statement-breakpoint
CREATE TABLE "repeatable_requests" (
	"organization_id" integer NOT NULL,
	"token_id" bigint NOT NULL,
	"key" text COLLATE "C" NOT NULL,
	"digest" "bytea" NOT NULL,
	"answer" text,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "repeatable_requests_organization_id_token_id_key_pk" PRIMARY KEY("organization_id","token_id","key")
);
--> statement-breakpoint
ALTER TABLE "audit" ADD COLUMN "token_id" bigint;--> statement-breakpoint
ALTER TABLE "plan_items" ADD COLUMN "foreseen" jsonb;--> statement-breakpoint
ALTER TABLE "plans" ADD COLUMN "consent" jsonb;--> statement-breakpoint
ALTER TABLE "snapshots" ADD COLUMN "reading" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "snapshots" ADD COLUMN "sequence" bigint;--> statement-breakpoint
ALTER TABLE "snapshots" ADD COLUMN "modified_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "snapshots" ADD COLUMN "triggered" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "snapshots" ADD COLUMN "consent" jsonb;--> statement-breakpoint
ALTER TABLE "sources" ADD COLUMN "reconciled_at" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "repeatable_requests_at" ON "repeatable_requests" USING btree ("organization_id","at");--> statement-breakpoint
CREATE INDEX "snapshots_stopped" ON "snapshots" USING btree ("at") WHERE state in ('held', 'refused');--> statement-breakpoint
UPDATE "snapshots" SET "layout" = jsonb_build_object('delimiter', "layout" -> 'delimiter', 'keyedBy', "layout" -> 'keyedBy', 'columns', (
	SELECT coalesce(jsonb_agg(jsonb_build_object('header', h, 'field', "layout" -> 'fields' -> (n::int - 1), 'attribute', NULL, 'product', NULL, 'secret', false, 'inverted', false) ORDER BY n), '[]')
	FROM jsonb_array_elements("layout" -> 'header') WITH ORDINALITY AS columns(h, n))) WHERE "layout" ? 'fields';
