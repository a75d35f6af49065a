SET lock_timeout = '1s';
SET statement_timeout = '5s';
CREATE TABLE visits (id serial PRIMARY KEY, number bigserial, short smallserial);
CREATE TABLE pages (id serial8 PRIMARY KEY);
CREATE TABLE hits (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
