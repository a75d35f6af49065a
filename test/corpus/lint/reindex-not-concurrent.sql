SET lock_timeout = '1s';
SET statement_timeout = '5s';
REINDEX INDEX orders_total_idx;
REINDEX TABLE shop.orders;
REINDEX SCHEMA shop;
REINDEX (VERBOSE) TABLE orders;
REINDEX INDEX CONCURRENTLY orders_total_idx;
REINDEX TABLE CONCURRENTLY orders;
REINDEX (CONCURRENTLY) TABLE orders;
