SET lock_timeout = '1s';
SET statement_timeout = '5s';
UPDATE orders SET state = 'new';
UPDATE orders SET state = 'new' WHERE state IS NULL;
UPDATE shop.orders AS o SET note = '' WHERE o.note IS NULL AND o.paid;
DELETE FROM sessions;
DELETE FROM "Sitzungen" WHERE ended_at IS NOT NULL;
UPDATE orders SET total = net FROM taxes;
-- Bounded.
UPDATE orders SET state = 'new' WHERE id = 7;
UPDATE orders SET state = 'new' WHERE id BETWEEN 1 AND 1000 AND state IS NULL;
DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE ended_at IS NOT NULL LIMIT 1000);
INSERT INTO shops (id, name) VALUES (1, 'first');
CREATE TABLE parcels (id bigint PRIMARY KEY, code text);
UPDATE parcels SET code = '';
