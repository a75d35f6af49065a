-- corpus table: public.carts rows=50000 bytes=9000000 accesses=4000
SET lock_timeout = '1s';
SET statement_timeout = '5s';
CREATE INDEX carts_kind_idx ON carts (kind);
ALTER TABLE carts ALTER COLUMN kind SET NOT NULL;
CREATE TRIGGER carts_touch BEFORE UPDATE ON carts FOR EACH ROW EXECUTE FUNCTION touch();
UPDATE carts SET kind = 'x' WHERE kind IS NULL;
