SET lock_timeout = '1s';
SET statement_timeout = '5s';
CREATE TABLE visits (id integer PRIMARY KEY, page text);
CREATE TABLE hits (id smallint, visit_id int REFERENCES visits (id), "pageId" int4, PRIMARY KEY (id));
ALTER TABLE orders ADD COLUMN shop_id integer;
CREATE TABLE places (number integer PRIMARY KEY, name text);
CREATE TABLE counts (id bigint PRIMARY KEY, seats integer, floor smallint);
