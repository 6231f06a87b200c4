CREATE SEQUENCE "public"."assignment_ids" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 100;--> statement-breakpoint
CREATE TABLE "borrows" (
	"organization_id" integer NOT NULL,
	"person_id" bigint NOT NULL,
	"product_id" integer NOT NULL,
	"device_key" text COLLATE "C" NOT NULL,
	"device" text NOT NULL,
	"until" timestamp (3) with time zone NOT NULL,
	"since" timestamp (3) with time zone NOT NULL,
	"token_id" bigint,
	CONSTRAINT "borrows_organization_id_person_id_product_id_device_key_pk" PRIMARY KEY("organization_id","person_id","product_id","device_key")
);
--> statement-breakpoint
CREATE TABLE "hand_grants" (
	"organization_id" integer NOT NULL,
	"person_id" bigint NOT NULL,
	"product_id" integer NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"actor" text NOT NULL,
	"plan_id" bigint NOT NULL,
	"since" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "hand_grants_organization_id_person_id_product_id_pk" PRIMARY KEY("organization_id","person_id","product_id")
);
--> statement-breakpoint
CREATE TABLE "pins" (
	"organization_id" integer NOT NULL,
	"person_id" bigint NOT NULL,
	"product_id" integer DEFAULT 0 NOT NULL,
	"kind" text NOT NULL,
	"until" timestamp (3) with time zone,
	"next_sync" boolean DEFAULT false NOT NULL,
	"reason" text,
	"created_by" text NOT NULL,
	"plan_id" bigint NOT NULL,
	"since" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "pins_organization_id_person_id_product_id_kind_pk" PRIMARY KEY("organization_id","person_id","product_id","kind")
);
--> statement-breakpoint
CREATE TABLE "upload_chunks" (
	"organization_id" integer NOT NULL,
	"snapshot_id" bigint NOT NULL,
	"number" integer NOT NULL,
	"content" "bytea" NOT NULL,
	CONSTRAINT "upload_chunks_organization_id_snapshot_id_number_pk" PRIMARY KEY("organization_id","snapshot_id","number")
);
--> statement-breakpoint
CREATE TABLE "uploads" (
	"organization_id" integer NOT NULL,
	"snapshot_id" bigint NOT NULL,
	"verb" text NOT NULL,
	"reading" jsonb NOT NULL,
	"created_by" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "uploads_organization_id_snapshot_id_pk" PRIMARY KEY("organization_id","snapshot_id")
);
--> statement-breakpoint
ALTER TABLE "assignments" ADD COLUMN "id" bigint DEFAULT nextval('assignment_ids') NOT NULL;--> statement-breakpoint
ALTER TABLE "plan_items" ADD COLUMN "excluded" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "plans" ADD COLUMN "operation" jsonb;--> statement-breakpoint
ALTER TABLE "plans" ADD COLUMN "snapshot_id" bigint;--> statement-breakpoint
ALTER TABLE "plans" ADD COLUMN "left_out" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX "borrows_until" ON "borrows" USING btree ("organization_id","until");--> statement-breakpoint
CREATE INDEX "pins_until" ON "pins" USING btree ("until") WHERE until is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "assignments_id" ON "assignments" USING btree ("organization_id","id");