-- corpus before: CREATE TABLE orders (id bigint PRIMARY KEY, total integer, number integer, state varchar(10), price numeric(10,2), label varchar(20), amount numeric(10,2));
SET lock_timeout = '1s';
SET statement_timeout = '5s';
ALTER TABLE orders ALTER COLUMN total TYPE bigint;
ALTER TABLE orders ALTER COLUMN number TYPE text USING number::text;
ALTER TABLE orders ALTER COLUMN state SET DATA TYPE varchar(5);
ALTER TABLE orders ALTER COLUMN price TYPE numeric(12,4);
-- These are free.
ALTER TABLE orders ALTER COLUMN label TYPE text;
ALTER TABLE orders ALTER COLUMN label TYPE varchar(200);
ALTER TABLE orders ALTER COLUMN amount TYPE numeric(14,2);
