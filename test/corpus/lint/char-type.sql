SET lock_timeout = '1s';
SET statement_timeout = '5s';
CREATE TABLE countries (id bigint PRIMARY KEY, code char(2) NOT NULL, letter char, name character(40));
ALTER TABLE orders ADD COLUMN currency char(3);
CREATE TABLE names (id bigint PRIMARY KEY, name text, "kind" "char");
