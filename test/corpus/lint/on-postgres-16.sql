-- corpus: postgres 16
SET lock_timeout = '1s';
SET statement_timeout = '5s';
ALTER TABLE orders ALTER COLUMN total SET NOT NULL;
ALTER TABLE customers RENAME TO clients;
ALTER TABLE orders ADD COLUMN gross numeric GENERATED ALWAYS AS (net * 1.19) STORED;
CREATE INDEX CONCURRENTLY orders_total_idx ON orders (total);
ALTER TABLE events DETACH PARTITION events_2023;
