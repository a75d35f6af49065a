-- corpus: in transaction
SET lock_timeout = '1s';
SET statement_timeout = '5s';
CREATE INDEX CONCURRENTLY orders_total_idx ON orders (total);
DROP INDEX CONCURRENTLY IF EXISTS orders_state_idx;
ALTER TABLE events DETACH PARTITION events_2023 CONCURRENTLY;
