SET lock_timeout = '1s';
SET statement_timeout = '5s';
CREATE TABLE visits (id bigint PRIMARY KEY, came_at timestamp, left_at timestamp(3) without time zone);
ALTER TABLE orders ADD COLUMN placed_at timestamp;
ALTER TABLE orders ALTER COLUMN paid_at TYPE timestamp;
CREATE TABLE hits (id bigint PRIMARY KEY, at timestamptz, since timestamp with time zone, day date);
