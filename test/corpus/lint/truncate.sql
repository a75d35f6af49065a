SET lock_timeout = '1s';
SET statement_timeout = '5s';
TRUNCATE sessions;
TRUNCATE TABLE ONLY shop.sessions, carts RESTART IDENTITY;
CREATE TABLE imports (id bigint PRIMARY KEY);
TRUNCATE imports;
