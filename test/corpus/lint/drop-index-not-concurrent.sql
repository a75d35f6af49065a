SET lock_timeout = '1s';
SET statement_timeout = '5s';
DROP INDEX orders_total_idx;
DROP INDEX IF EXISTS shop.orders_total_idx, orders_state_idx;
DROP INDEX "Orders by größe" CASCADE;
DROP INDEX CONCURRENTLY orders_total_idx;
DROP INDEX CONCURRENTLY IF EXISTS shop.orders_state_idx;
