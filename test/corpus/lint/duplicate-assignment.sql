SET lock_timeout = '1s';
SET statement_timeout = '5s';
UPDATE orders SET state = 'open', total = 0, state = 'new' WHERE id = 7;
UPDATE orders SET (a, b) = (1, 2), a = 3 WHERE id = 7;
INSERT INTO orders (id, state, id) VALUES (1, 'new', 2);
INSERT INTO orders (id, state) VALUES (1, 'new') ON CONFLICT (id) DO UPDATE SET state = 'a', state = 'b';
UPDATE orders SET tags[1] = 'a', tags[2] = 'b' WHERE id = 7;
UPDATE orders SET state = 'open', total = 0 WHERE id = 7;
