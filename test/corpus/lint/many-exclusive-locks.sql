-- corpus: in transaction
SET lock_timeout = '1s';
SET statement_timeout = '5s';
ALTER TABLE orders ADD COLUMN a text;
ALTER TABLE customers ADD COLUMN b text;
ALTER TABLE shops ADD COLUMN c text;
