-- corpus table: public.colours rows=120 bytes=16384 accesses=1
SET lock_timeout = '1s';
SET statement_timeout = '5s';
CREATE INDEX colours_name_idx ON colours (name);
ALTER TABLE colours ALTER COLUMN name SET NOT NULL;
ALTER TABLE colours ADD CONSTRAINT colours_name_key UNIQUE (name);
ALTER TABLE colours ALTER COLUMN code TYPE bigint;
UPDATE colours SET name = lower(name);
ALTER TABLE colours DROP COLUMN old;
