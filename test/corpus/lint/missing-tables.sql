-- corpus table: public.planned missing
SET lock_timeout = '1s';
SET statement_timeout = '5s';
CREATE INDEX planned_kind_idx ON planned (kind);
ALTER TABLE planned ALTER COLUMN kind SET NOT NULL;
DROP TABLE planned;
