-- corpus: in transaction
SET lock_timeout = '1s';
SET statement_timeout = '5s';
ALTER TABLE customers RENAME TO clients;
CREATE VIEW customers WITH (security_invoker = true) AS SELECT * FROM clients;
