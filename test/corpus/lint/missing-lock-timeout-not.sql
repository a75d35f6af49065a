SET lock_timeout = '2s';
SET statement_timeout = '10s';
ALTER TABLE orders ADD COLUMN note text;
COMMENT ON TABLE orders IS 'what was ordered';
