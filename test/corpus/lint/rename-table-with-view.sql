-- corpus: in transaction
-- corpus before: CREATE TABLE orders (id bigint PRIMARY KEY, total bigint);
SET lock_timeout = '1s';
SET statement_timeout = '5s';
ALTER TABLE customers RENAME TO clients;
CREATE VIEW customers WITH (security_invoker = true) AS SELECT * FROM clients;
ALTER TABLE orders RENAME COLUMN total TO amount;
