SET lock_timeout = '1s';
SET statement_timeout = '5s';
-- Every row is written anew.
ALTER TABLE orders ADD COLUMN token uuid DEFAULT gen_random_uuid();
ALTER TABLE orders ADD COLUMN seen_at timestamptz NOT NULL DEFAULT clock_timestamp();
ALTER TABLE orders ADD COLUMN luck double precision DEFAULT random();
ALTER TABLE orders ADD COLUMN position bigserial;
ALTER TABLE orders ADD COLUMN row_id bigint GENERATED ALWAYS AS IDENTITY;
ALTER TABLE orders ADD COLUMN gross numeric GENERATED ALWAYS AS (net * 1.19) STORED;
-- Only the catalog is.
ALTER TABLE orders ADD COLUMN note text;
ALTER TABLE orders ADD COLUMN state text NOT NULL DEFAULT 'new';
ALTER TABLE orders ADD COLUMN placed_at timestamptz DEFAULT now();
ALTER TABLE orders ADD COLUMN net_rounded numeric GENERATED ALWAYS AS (round(net)) VIRTUAL;
CREATE TABLE parcels (id bigint PRIMARY KEY);
ALTER TABLE parcels ADD COLUMN token uuid DEFAULT gen_random_uuid();
