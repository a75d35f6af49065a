SET lock_timeout = '1s';
SET statement_timeout = '5s';
CREATE TABLE customers (id bigint PRIMARY KEY, name varchar(80) NOT NULL, "Straße" character varying(100));
ALTER TABLE orders ADD COLUMN note varchar(255), ADD COLUMN remark text;
CREATE TABLE names (id bigint PRIMARY KEY, name varchar, other text);
