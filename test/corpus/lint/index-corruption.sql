-- corpus: postgres 14
SET lock_timeout = '1s';
SET statement_timeout = '5s';
CREATE INDEX CONCURRENTLY orders_total_idx ON orders (total);
REINDEX TABLE CONCURRENTLY orders;
DROP INDEX CONCURRENTLY IF EXISTS orders_state_idx;
