CREATE TABLE "audit_heads" (
	"organization_id" integer NOT NULL,
	"number" bigint NOT NULL,
	"public_key" "bytea" NOT NULL,
	"signature" "bytea" NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "audit_heads_organization_id_number_pk" PRIMARY KEY("organization_id","number")
);
--> statement-breakpoint
CREATE TABLE "audit_seals" (
	"organization_id" integer NOT NULL,
	"number" bigint NOT NULL,
	"from_id" bigint NOT NULL,
	"to_id" bigint NOT NULL,
	"rows" integer NOT NULL,
	"digest" "bytea" NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "audit_seals_organization_id_number_pk" PRIMARY KEY("organization_id","number")
);
--> statement-breakpoint
ALTER TABLE "organizations" ADD COLUMN "api_limits" jsonb;--> statement-breakpoint
ALTER TABLE "products" ADD COLUMN "managed" text DEFAULT 'config' NOT NULL;--> statement-breakpoint
ALTER TABLE "rules" ADD COLUMN "managed" text DEFAULT 'config' NOT NULL;--> statement-breakpoint
DROP FUNCTION mirror_groups(int, int, uuid);
