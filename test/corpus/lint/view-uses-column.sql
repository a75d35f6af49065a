-- corpus before: CREATE TABLE orders (id bigint PRIMARY KEY, number varchar(10), total integer, paid boolean); CREATE VIEW open_orders AS SELECT id, number FROM orders WHERE NOT paid;
SET lock_timeout = '1s';
SET statement_timeout = '5s';
ALTER TABLE orders ALTER COLUMN number TYPE text;
ALTER TABLE orders DROP COLUMN paid;
ALTER TABLE orders ALTER COLUMN total TYPE bigint;
