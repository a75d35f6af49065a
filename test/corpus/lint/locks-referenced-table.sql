-- corpus before: CREATE TABLE customers (id bigint PRIMARY KEY); CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers (id)); CREATE TABLE parcels (id bigint PRIMARY KEY, weight numeric, order_id bigint REFERENCES orders (id));
SET lock_timeout = '1s';
SET statement_timeout = '5s';
DROP TABLE orders;
ALTER TABLE parcels DROP CONSTRAINT parcels_order_id_fkey;
ALTER TABLE parcels ALTER COLUMN order_id TYPE text;
ALTER TABLE parcels DROP COLUMN weight;
