SET lock_timeout = '1s';
SET statement_timeout = '5s';
BEGIN;
ALTER TABLE orders ADD COLUMN state text;
COMMIT;
UPDATE orders SET state = 'new' WHERE id < 1000;
INSERT INTO order_notes (order_id, note) SELECT id, note FROM orders;
