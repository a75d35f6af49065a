SET lock_timeout = '1s';
SET statement_timeout = '5s';
ALTER TABLE orders ADD CONSTRAINT orders_number_key UNIQUE (number);
ALTER TABLE orders ADD UNIQUE (shop_id, number);
ALTER TABLE orders ADD COLUMN code text UNIQUE;
CREATE UNIQUE INDEX CONCURRENTLY orders_code_key ON orders (code);
ALTER TABLE orders ADD CONSTRAINT orders_code_key UNIQUE USING INDEX orders_code_key;
CREATE TABLE parcels (id bigint PRIMARY KEY, code text UNIQUE);
