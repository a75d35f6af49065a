-- corpus before: CREATE TABLE parcels (id bigint PRIMARY KEY, code text); ALTER TABLE parcels ADD CONSTRAINT parcels_code_check CHECK (code IS NOT NULL);
SET lock_timeout = '1s';
SET statement_timeout = '5s';
ALTER TABLE orders ALTER COLUMN total SET NOT NULL;
ALTER TABLE orders ALTER a SET NOT NULL, ALTER b SET NOT NULL;
ALTER TABLE "Orders" ALTER COLUMN "größe" SET NOT NULL;
-- Proved by a check that is valid already.
ALTER TABLE parcels ALTER COLUMN code SET NOT NULL;
ALTER TABLE customers ALTER COLUMN email SET NOT NULL;
