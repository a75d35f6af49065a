SET lock_timeout = '1s';
SET statement_timeout = '5s';
ALTER TABLE "Über; uns" ADD COLUMN "a, b" text, DROP COLUMN "c""d";
CREATE INDEX "idx -- no comment" ON "Über; uns" ("größe");
ALTER TABLE "日本"."注文" ALTER COLUMN "金額" SET NOT NULL;
UPDATE "😀" SET "é" = 'x';
  /* 😀 */ DROP TABLE "😀";
ALTER TABLE "public"."orders" RENAME COLUMN "select" TO "from";
