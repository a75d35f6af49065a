-- corpus before: CREATE DOMAIN uid AS uuid DEFAULT gen_random_uuid(); CREATE DOMAIN remark AS text DEFAULT 'none'; CREATE TABLE orders (id bigint PRIMARY KEY, note text, number text, total int, x xml, code int, span interval(3), gross int GENERATED ALWAYS AS (total * 2) STORED, net int GENERATED ALWAYS AS (total * 3) VIRTUAL); CREATE INDEX orders_note_idx ON orders (note);
SET lock_timeout = '1s';
SET statement_timeout = '5s';
ALTER TABLE orders ALTER COLUMN gross SET EXPRESSION AS (total * 4);
ALTER TABLE invoices ALTER gross SET EXPRESSION AS (net * 1.2);
ALTER TABLE orders ADD COLUMN key uid;
ALTER TABLE orders ALTER COLUMN note TYPE text COLLATE "C";
-- Only the catalog changes.
ALTER TABLE orders ALTER COLUMN net SET EXPRESSION AS (total * 4);
ALTER TABLE orders ADD COLUMN other uid DEFAULT NULL;
ALTER TABLE orders ADD COLUMN remark remark;
ALTER TABLE orders ALTER COLUMN number TYPE text COLLATE "C";
ALTER TABLE orders ALTER COLUMN x TYPE text;
ALTER TABLE orders ALTER COLUMN code TYPE oid;
ALTER TABLE orders ALTER COLUMN span TYPE interval;
