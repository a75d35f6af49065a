SET lock_timeout = '1s';
SET statement_timeout = '5s';
CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_total_idx ON orders (total);
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "Nummer" ON shop.orders (number) WHERE paid;
-- Whatever a failed attempt left is gone before.
DROP INDEX CONCURRENTLY IF EXISTS orders_note_idx;
CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_note_idx ON orders (note);
DROP INDEX CONCURRENTLY IF EXISTS orders_paid_idx;
CREATE INDEX CONCURRENTLY orders_paid_idx ON orders (paid);
ANALYZE orders;
