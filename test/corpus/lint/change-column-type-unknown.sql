SET lock_timeout = '1s';
SET statement_timeout = '5s';
ALTER TABLE orders ALTER COLUMN total TYPE bigint;
ALTER TABLE orders ALTER COLUMN note TYPE text;
ALTER TABLE orders ALTER a TYPE integer, ALTER b SET DEFAULT 0;
CREATE TABLE parcels (id bigint PRIMARY KEY, code integer);
ALTER TABLE parcels ALTER COLUMN code TYPE text;
