SET lock_timeout = '1s';
SET statement_timeout = '5s';
DROP TABLE IF EXISTS settings;
CREATE TABLE settings (name text PRIMARY KEY, value text);
DROP TABLE IF EXISTS shop.rates CASCADE;
CREATE TABLE shop.rates (id bigint PRIMARY KEY);
CREATE TABLE colours (id bigint PRIMARY KEY);
