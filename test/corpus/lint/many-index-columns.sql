SET lock_timeout = '1s';
SET statement_timeout = '5s';
CREATE INDEX CONCURRENTLY orders_search_idx ON orders (state, region, total, placed_at);
CREATE UNIQUE INDEX CONCURRENTLY orders_all_key ON orders (shop_id, year, month, number);
CREATE INDEX CONCURRENTLY orders_tags_idx ON orders USING gin (a, b, c, d);
CREATE INDEX CONCURRENTLY orders_few_idx ON orders (state, region, total) INCLUDE (placed_at, note);
