CREATE SEQUENCE "public"."change_numbers" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
CREATE SEQUENCE "public"."member_ids" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
CREATE SEQUENCE "public"."person_ids" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
CREATE TABLE "administrators" (
	"organization_id" integer NOT NULL,
	"email_key" text COLLATE "C" NOT NULL,
	"email" text NOT NULL,
	"role" text NOT NULL,
	CONSTRAINT "administrators_organization_id_email_key_pk" PRIMARY KEY("organization_id","email_key")
);
--> statement-breakpoint
CREATE TABLE "assignments" (
	"organization_id" integer NOT NULL,
	"person_id" bigint NOT NULL,
	"product_id" integer NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"since" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "assignments_organization_id_person_id_product_id_pk" PRIMARY KEY("organization_id","person_id","product_id")
);
--> statement-breakpoint
CREATE TABLE "audit" (
	"organization_id" integer NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "audit_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp (3) with time zone NOT NULL,
	"actor" text NOT NULL,
	"act" text NOT NULL,
	"object" text NOT NULL,
	"plan_id" bigint,
	"request_id" text,
	"before" jsonb,
	"after" jsonb,
	CONSTRAINT "audit_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "changes" (
	"organization_id" integer NOT NULL,
	"number" bigint NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"cause" text NOT NULL,
	"cause_id" bigint,
	CONSTRAINT "changes_organization_id_number_pk" PRIMARY KEY("organization_id","number")
);
--> statement-breakpoint
CREATE TABLE "claims" (
	"organization_id" integer NOT NULL,
	"person_id" bigint NOT NULL,
	"source_id" integer NOT NULL,
	"from_change" bigint NOT NULL,
	"to_change" bigint,
	"status" text NOT NULL,
	"role" text NOT NULL,
	"start_at" timestamp (3) with time zone,
	"rule" text COLLATE "C" NOT NULL,
	CONSTRAINT "claims_organization_id_person_id_source_id_from_change_pk" PRIMARY KEY("organization_id","person_id","source_id","from_change")
);
--> statement-breakpoint
CREATE TABLE "decisions" (
	"organization_id" integer NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "decisions_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"kind" text NOT NULL,
	"person_id" bigint NOT NULL,
	"candidates" jsonb NOT NULL,
	"evidence" jsonb NOT NULL,
	"state" text NOT NULL,
	"choice" text,
	"target_id" bigint,
	"at" timestamp (3) with time zone NOT NULL,
	"decided_by" text,
	"decided_at" timestamp (3) with time zone,
	CONSTRAINT "decisions_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "desired_members" (
	"organization_id" integer NOT NULL,
	"person_id" bigint NOT NULL,
	"wanted" boolean NOT NULL,
	"status" text NOT NULL,
	"leaver" boolean NOT NULL,
	"role" text NOT NULL,
	"start_at" timestamp (3) with time zone,
	"protected" boolean NOT NULL,
	"email" text,
	"email_key" text COLLATE "C",
	"user_name" text,
	"user_name_key" text COLLATE "C",
	"first_name" text,
	"last_name" text,
	"display_name" text,
	"language" text,
	"profile_source_id" integer,
	CONSTRAINT "desired_members_organization_id_person_id_pk" PRIMARY KEY("organization_id","person_id")
);
--> statement-breakpoint
CREATE TABLE "directory_groups" (
	"organization_id" integer NOT NULL,
	"source_id" integer NOT NULL,
	"id" text COLLATE "C" NOT NULL,
	"name" text NOT NULL,
	"from_change" bigint NOT NULL,
	"to_change" bigint,
	CONSTRAINT "directory_groups_organization_id_source_id_id_from_change_pk" PRIMARY KEY("organization_id","source_id","id","from_change")
);
--> statement-breakpoint
CREATE TABLE "directory_users" (
	"organization_id" integer NOT NULL,
	"source_id" integer NOT NULL,
	"anchor_key" text COLLATE "C" NOT NULL,
	"from_change" bigint NOT NULL,
	"to_change" bigint,
	"person_id" bigint NOT NULL,
	"anchor" text NOT NULL,
	"email" text NOT NULL,
	"email_key" text COLLATE "C" NOT NULL,
	"user_name" text,
	"user_name_key" text COLLATE "C",
	"first_name" text,
	"last_name" text,
	"display_name" text,
	"language" text,
	"status" text NOT NULL,
	"start_at" timestamp (3) with time zone,
	"role" text,
	"groups" text[] NOT NULL,
	"products" jsonb NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"seat_priority" integer,
	"attributes" jsonb NOT NULL,
	"hash" "bytea" NOT NULL,
	"snapshot_id" bigint,
	"line" integer,
	CONSTRAINT "directory_users_organization_id_person_id_source_id_anchor_key_from_change_pk" PRIMARY KEY("organization_id","person_id","source_id","anchor_key","from_change")
);
--> statement-breakpoint
CREATE TABLE "dirty_people" (
	"organization_id" integer NOT NULL,
	"person_id" bigint NOT NULL,
	CONSTRAINT "dirty_people_organization_id_person_id_pk" PRIMARY KEY("organization_id","person_id")
);
--> statement-breakpoint
CREATE TABLE "grants" (
	"organization_id" integer NOT NULL,
	"person_id" bigint NOT NULL,
	"product_id" integer NOT NULL,
	"source_id" integer NOT NULL,
	"rule" text COLLATE "C" NOT NULL,
	"from_change" bigint NOT NULL,
	"to_change" bigint,
	"priority" integer NOT NULL,
	"seat_priority" integer NOT NULL,
	"expires_at" timestamp (3) with time zone,
	CONSTRAINT "grants_organization_id_person_id_product_id_source_id_rule_from_change_pk" PRIMARY KEY("organization_id","person_id","product_id","source_id","rule","from_change")
);
--> statement-breakpoint
CREATE TABLE "lanes" (
	"organization_id" integer NOT NULL,
	"lane" text NOT NULL,
	"plan_id" bigint,
	"token" bigint DEFAULT 0 NOT NULL,
	"until" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "lanes_organization_id_lane_pk" PRIMARY KEY("organization_id","lane")
);
--> statement-breakpoint
CREATE TABLE "letters" (
	"organization_id" integer NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "letters_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"audience" text NOT NULL,
	"event" text NOT NULL,
	"plan_id" bigint DEFAULT 0 NOT NULL,
	"snapshot_id" bigint DEFAULT 0 NOT NULL,
	"person_id" bigint DEFAULT 0 NOT NULL,
	"address" text NOT NULL,
	"address_key" text COLLATE "C" NOT NULL,
	"state" text NOT NULL,
	"attempt" integer DEFAULT 0 NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	"taken_by" text,
	"taken_at" timestamp (3) with time zone,
	"message_id" text,
	"error" text,
	CONSTRAINT "letters_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "members" (
	"organization_id" integer NOT NULL,
	"person_id" bigint NOT NULL,
	"id" bigint NOT NULL,
	"state" text NOT NULL,
	"role" text NOT NULL,
	"email" text NOT NULL,
	"email_key" text COLLATE "C" NOT NULL,
	"user_name" text,
	"user_name_key" text COLLATE "C",
	"first_name" text,
	"last_name" text,
	"display_name" text,
	"language" text,
	"version" integer DEFAULT 1 NOT NULL,
	"invited_at" timestamp (3) with time zone NOT NULL,
	"accepted_at" timestamp (3) with time zone,
	"suspended_at" timestamp (3) with time zone,
	"removed_at" timestamp (3) with time zone,
	CONSTRAINT "members_organization_id_person_id_pk" PRIMARY KEY("organization_id","person_id")
);
--> statement-breakpoint
CREATE TABLE "organizations" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "organizations_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"key" text COLLATE "C" NOT NULL,
	"name" text NOT NULL,
	"zone" text NOT NULL,
	"settings" jsonb NOT NULL,
	"settings_version" integer DEFAULT 1 NOT NULL,
	"ruleset_version" integer DEFAULT 1 NOT NULL,
	"revision" bigint DEFAULT 0 NOT NULL,
	"retired" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "outcomes" (
	"organization_id" integer NOT NULL,
	"plan_id" bigint NOT NULL,
	"number" integer NOT NULL,
	"state" text NOT NULL,
	"code" text,
	"params" jsonb NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "outcomes_organization_id_plan_id_number_pk" PRIMARY KEY("organization_id","plan_id","number")
);
--> statement-breakpoint
CREATE TABLE "people" (
	"organization_id" integer NOT NULL,
	"id" bigint NOT NULL,
	"merged_into" bigint,
	"from_change" bigint NOT NULL,
	CONSTRAINT "people_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "person_links" (
	"organization_id" integer NOT NULL,
	"source_id" integer NOT NULL,
	"anchor_key" text COLLATE "C" NOT NULL,
	"anchor" text NOT NULL,
	"person_id" bigint NOT NULL,
	"state" text NOT NULL,
	"since" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "person_links_organization_id_source_id_anchor_key_pk" PRIMARY KEY("organization_id","source_id","anchor_key")
);
--> statement-breakpoint
CREATE TABLE "plan_items" (
	"organization_id" integer NOT NULL,
	"plan_id" bigint NOT NULL,
	"number" integer NOT NULL,
	"wave" smallint NOT NULL,
	"kind" text NOT NULL,
	"effect" text NOT NULL,
	"person_id" bigint NOT NULL,
	"product_id" integer,
	"from_person_id" bigint,
	"subject_key" text COLLATE "C" NOT NULL,
	"subject_email" text NOT NULL,
	"subject_name" text,
	"before" jsonb,
	"after" jsonb,
	"reason" jsonb NOT NULL,
	"source_ids" integer[] NOT NULL,
	"evidence" jsonb,
	"precondition" jsonb NOT NULL,
	"predicted" text NOT NULL,
	CONSTRAINT "plan_items_organization_id_plan_id_number_pk" PRIMARY KEY("organization_id","plan_id","number")
);
--> statement-breakpoint
CREATE TABLE "plans" (
	"organization_id" integer NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "plans_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"proposal_id" bigint NOT NULL,
	"lane" text NOT NULL,
	"part" text NOT NULL,
	"state" text NOT NULL,
	"hash" text NOT NULL,
	"header" jsonb NOT NULL,
	"headline" text NOT NULL,
	"counts" jsonb NOT NULL,
	"seats" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"source_ids" integer[] NOT NULL,
	"findings" jsonb NOT NULL,
	"items" integer NOT NULL,
	"revision" bigint NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"approved_by" text,
	"approved_at" timestamp (3) with time zone,
	"approved_hash" text,
	"override" jsonb,
	"closed_reason" text,
	"superseded_by" bigint,
	"started_at" timestamp (3) with time zone,
	"finished_at" timestamp (3) with time zone,
	"quiet" boolean DEFAULT false NOT NULL,
	CONSTRAINT "plans_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "products" (
	"organization_id" integer NOT NULL,
	"id" integer NOT NULL,
	"key" text COLLATE "C" NOT NULL,
	"name" text NOT NULL,
	"aliases" text[] DEFAULT '{}' NOT NULL,
	"owned" integer NOT NULL,
	"reserve" integer DEFAULT 0 NOT NULL,
	"used" integer DEFAULT 0 NOT NULL,
	"retired" boolean DEFAULT false NOT NULL,
	CONSTRAINT "products_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "row_errors" (
	"organization_id" integer NOT NULL,
	"snapshot_id" bigint NOT NULL,
	"line" integer NOT NULL,
	"code" text NOT NULL,
	"params" jsonb NOT NULL,
	"cells" text[] NOT NULL,
	"anchor_key" text COLLATE "C",
	"email_key" text COLLATE "C",
	"user_name_key" text COLLATE "C",
	CONSTRAINT "row_errors_organization_id_snapshot_id_line_pk" PRIMARY KEY("organization_id","snapshot_id","line")
);
--> statement-breakpoint
CREATE TABLE "rules" (
	"organization_id" integer NOT NULL,
	"key" text COLLATE "C" NOT NULL,
	"version" integer NOT NULL,
	"priority" integer NOT NULL,
	"source" text COLLATE "C",
	"when" jsonb NOT NULL,
	"then" jsonb NOT NULL,
	"from_change" bigint NOT NULL,
	"to_change" bigint,
	CONSTRAINT "rules_organization_id_key_version_pk" PRIMARY KEY("organization_id","key","version")
);
--> statement-breakpoint
CREATE TABLE "snapshots" (
	"organization_id" integer NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "snapshots_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"source_id" integer NOT NULL,
	"file" text NOT NULL,
	"path" text NOT NULL,
	"file_sha256" text NOT NULL,
	"digest" text,
	"evidence" text NOT NULL,
	"full" boolean DEFAULT true NOT NULL,
	"state" text NOT NULL,
	"rows" integer DEFAULT 0 NOT NULL,
	"people" integer DEFAULT 0 NOT NULL,
	"errors" integer DEFAULT 0 NOT NULL,
	"missing" integer DEFAULT 0 NOT NULL,
	"layout" jsonb,
	"groups" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"findings" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"change" bigint,
	"at" timestamp (3) with time zone NOT NULL,
	"decided_by" text,
	"decided_at" timestamp (3) with time zone,
	CONSTRAINT "snapshots_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "sources" (
	"organization_id" integer NOT NULL,
	"id" integer NOT NULL,
	"key" text COLLATE "C" NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"mode" text NOT NULL,
	"approval" text NOT NULL,
	"trust" integer NOT NULL,
	"settings" jsonb NOT NULL,
	"manages_admins" boolean DEFAULT false NOT NULL,
	"connected" boolean DEFAULT true NOT NULL,
	"last_snapshot_id" bigint,
	CONSTRAINT "sources_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "staged_rows" (
	"organization_id" integer NOT NULL,
	"snapshot_id" bigint NOT NULL,
	"line" integer NOT NULL,
	"action" text NOT NULL,
	"anchor" text NOT NULL,
	"anchor_key" text COLLATE "C" NOT NULL,
	"email" text NOT NULL,
	"email_key" text COLLATE "C" NOT NULL,
	"user_name" text,
	"user_name_key" text COLLATE "C",
	"first_name" text,
	"last_name" text,
	"display_name" text,
	"language" text,
	"status" text NOT NULL,
	"start_at" timestamp (3) with time zone,
	"role" text,
	"groups" text[] NOT NULL,
	"products" jsonb NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"seat_priority" integer,
	"attributes" jsonb NOT NULL,
	"hash" "bytea" NOT NULL,
	CONSTRAINT "staged_rows_organization_id_snapshot_id_line_pk" PRIMARY KEY("organization_id","snapshot_id","line")
);
--> statement-breakpoint
CREATE TABLE "tokens" (
	"organization_id" integer NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "tokens_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"hash" "bytea" NOT NULL,
	"hint" text NOT NULL,
	"role" text NOT NULL,
	"administrator_key" text COLLATE "C" NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	"last_used_at" timestamp (3) with time zone,
	CONSTRAINT "tokens_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "waits" (
	"organization_id" integer NOT NULL,
	"person_id" bigint NOT NULL,
	"product_id" integer DEFAULT 0 NOT NULL,
	"kind" text NOT NULL,
	"since" timestamp (3) with time zone NOT NULL,
	"until" timestamp (3) with time zone,
	"plan_id" bigint,
	CONSTRAINT "waits_organization_id_person_id_product_id_kind_pk" PRIMARY KEY("organization_id","person_id","product_id","kind")
);
--> statement-breakpoint
CREATE INDEX "assignments_product" ON "assignments" USING btree ("organization_id","product_id");--> statement-breakpoint
CREATE INDEX "assignments_expiry" ON "assignments" USING btree ("organization_id","expires_at") WHERE expires_at is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "claims_live" ON "claims" USING btree ("organization_id","person_id","source_id") WHERE to_change is null;--> statement-breakpoint
CREATE UNIQUE INDEX "decisions_person" ON "decisions" USING btree ("organization_id","person_id","kind");--> statement-breakpoint
CREATE UNIQUE INDEX "directory_users_live" ON "directory_users" USING btree ("organization_id","source_id","anchor_key") WHERE to_change is null;--> statement-breakpoint
CREATE INDEX "directory_users_email" ON "directory_users" USING btree ("organization_id","email_key") WHERE to_change is null;--> statement-breakpoint
CREATE INDEX "directory_users_user_name" ON "directory_users" USING btree ("organization_id","user_name_key") WHERE to_change is null and user_name_key is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "grants_live" ON "grants" USING btree ("organization_id","person_id","product_id","source_id","rule") WHERE to_change is null;--> statement-breakpoint
CREATE UNIQUE INDEX "letters_member" ON "letters" USING btree ("organization_id","plan_id","person_id","address_key") WHERE audience = 'member';--> statement-breakpoint
CREATE UNIQUE INDEX "letters_administrator" ON "letters" USING btree ("organization_id","event","address_key","plan_id","snapshot_id") WHERE audience = 'administrator';--> statement-breakpoint
CREATE INDEX "letters_due" ON "letters" USING btree ("state","due_at");--> statement-breakpoint
CREATE UNIQUE INDEX "members_id" ON "members" USING btree ("organization_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "members_email" ON "members" USING btree ("organization_id","email_key") WHERE state <> 'removed';--> statement-breakpoint
CREATE UNIQUE INDEX "members_user_name" ON "members" USING btree ("organization_id","user_name_key") WHERE state <> 'removed';--> statement-breakpoint
CREATE UNIQUE INDEX "organizations_key" ON "organizations" USING btree ("key");--> statement-breakpoint
CREATE INDEX "person_links_person" ON "person_links" USING btree ("organization_id","person_id");--> statement-breakpoint
CREATE INDEX "plan_items_person" ON "plan_items" USING btree ("organization_id","person_id","plan_id");--> statement-breakpoint
CREATE INDEX "plans_state" ON "plans" USING btree ("organization_id","state","lane");--> statement-breakpoint
CREATE UNIQUE INDEX "products_key" ON "products" USING btree ("organization_id","key");--> statement-breakpoint
CREATE UNIQUE INDEX "rules_live" ON "rules" USING btree ("organization_id","key") WHERE to_change is null;--> statement-breakpoint
CREATE INDEX "snapshots_source" ON "snapshots" USING btree ("organization_id","source_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "snapshots_path" ON "snapshots" USING btree ("organization_id","source_id","path");--> statement-breakpoint
CREATE UNIQUE INDEX "sources_key" ON "sources" USING btree ("organization_id","key");--> statement-breakpoint
CREATE UNIQUE INDEX "tokens_hash" ON "tokens" USING btree ("hash");--> statement-breakpoint
CREATE INDEX "waits_kind" ON "waits" USING btree ("organization_id","kind","product_id","since");