-- corpus: in transaction
SET lock_timeout = '1s';
SET statement_timeout = '5s';
ALTER TABLE orders ADD COLUMN state text;
UPDATE orders SET state = 'new';
INSERT INTO order_notes (order_id, note) SELECT id, note FROM orders;
UPDATE orders SET state = 'open' WHERE id = 7;
