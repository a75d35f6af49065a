SET lock_timeout = '1s';
SET statement_timeout = '5s';
DROP DATABASE shop;
DROP DATABASE IF EXISTS "Shop 2" WITH (FORCE);
CREATE TABLE IF NOT EXISTS shops (id bigint PRIMARY KEY);
