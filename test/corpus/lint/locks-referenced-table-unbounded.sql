-- corpus before: CREATE TABLE customers (id bigint PRIMARY KEY); CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers (id)); CREATE TABLE parcels (id bigint PRIMARY KEY, weight numeric, order_id bigint REFERENCES orders (id));
ALTER TABLE parcels DROP CONSTRAINT parcels_order_id_fkey;
DROP TABLE IF EXISTS orders;
ALTER TABLE parcels ALTER COLUMN weight SET DEFAULT 0;
COMMENT ON TABLE customers IS 'who orders';
ANALYZE customers;
