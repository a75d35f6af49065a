SET lock_timeout = '1s';
SET statement_timeout = '5s';
TRUNCATE sessions CASCADE;
TRUNCATE sessions, carts RESTART IDENTITY CASCADE;
CREATE TABLE imports (id bigint PRIMARY KEY);
TRUNCATE imports RESTRICT;
