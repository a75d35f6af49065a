SET lock_timeout = '1s';
SET statement_timeout = '5s';
ALTER TABLE orders ADD COLUMN currency char(3) NOT NULL;
ALTER TABLE orders ADD COLUMN a text, ADD COLUMN b text NOT NULL;
ALTER TABLE orders ADD COLUMN c integer DEFAULT NULL NOT NULL;
ALTER TABLE orders ADD COLUMN d text NOT NULL DEFAULT '';
ALTER TABLE orders ADD COLUMN e text;
CREATE TABLE parcels (id bigint PRIMARY KEY);
ALTER TABLE parcels ADD COLUMN code text NOT NULL;
