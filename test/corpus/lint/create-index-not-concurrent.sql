SET lock_timeout = '1s';
SET statement_timeout = '5s';
-- Writers wait.
CREATE INDEX orders_total_idx ON orders (total);
CREATE INDEX ON shop.orders (lower(email)) WHERE paid;
CREATE UNIQUE INDEX IF NOT EXISTS orders_number_key ON orders USING btree (number DESC NULLS LAST) INCLUDE (total);
CREATE INDEX "Orders by größe" ON "Orders" ("größe");
CREATE INDEX orders_tags_idx ON orders USING gin (tags);
-- Nobody waits.
CREATE INDEX CONCURRENTLY orders_state_idx ON orders (state);
CREATE TABLE parcels (id bigint PRIMARY KEY, code text);
CREATE INDEX parcels_code_idx ON parcels (code);
CREATE TEMPORARY TABLE chosen (id bigint);
CREATE INDEX chosen_id_idx ON chosen (id);
