-- corpus: opt in
SET lock_timeout = '1s';
SET statement_timeout = '5s';
CREATE TABLE parcels (id bigint PRIMARY KEY);
ALTER TABLE orders ADD COLUMN note text;
CREATE INDEX CONCURRENTLY orders_total_idx ON orders (total);
CREATE TABLE shop.parcels (id bigint PRIMARY KEY);
ALTER TABLE shop.orders ADD COLUMN note text;
CREATE TEMPORARY TABLE chosen (id bigint);
