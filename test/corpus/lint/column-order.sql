SET lock_timeout = '1s';
SET statement_timeout = '5s';
CREATE TABLE visits (is_new boolean, id bigint PRIMARY KEY, is_paid boolean, came_at timestamptz, page text);
CREATE TABLE hits (id bigint PRIMARY KEY, came_at timestamptz, count integer, is_new boolean, is_paid boolean, page text);
CREATE TABLE small (is_new boolean, count integer);
