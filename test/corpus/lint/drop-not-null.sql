SET lock_timeout = '1s';
SET statement_timeout = '5s';
ALTER TABLE customers ALTER COLUMN email DROP NOT NULL;
ALTER TABLE customers ALTER name DROP NOT NULL, ALTER email DROP NOT NULL;
CREATE TABLE parcels (id bigint PRIMARY KEY, code text NOT NULL);
ALTER TABLE parcels ALTER COLUMN code DROP NOT NULL;
ALTER TABLE customers ALTER COLUMN email DROP DEFAULT;
