DROP INDEX "letters_administrator";--> statement-breakpoint
ALTER TABLE "letters" ADD COLUMN "decision_id" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "letters_administrator" ON "letters" USING btree ("organization_id","event","address_key","plan_id","snapshot_id","token_id","decision_id") WHERE audience = 'administrator';