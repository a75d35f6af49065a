-- corpus: postgres 15
SET lock_timeout = '1s';
SET statement_timeout = '5s';
CREATE INDEX CONCURRENTLY orders_total_idx ON orders (total);
