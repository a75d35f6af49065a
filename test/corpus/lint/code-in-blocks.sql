SET lock_timeout = '1s';
SET statement_timeout = '5s';
DO $$
BEGIN
  ALTER TABLE orders DROP COLUMN note;
  IF EXISTS (SELECT 1 FROM orders) THEN
    CREATE INDEX orders_total_idx ON orders (total);
  END IF;
END $$;
DO $$ BEGIN EXECUTE 'DROP TABLE carts'; END $$;
CREATE FUNCTION tidy() RETURNS void LANGUAGE sql AS $$ DELETE FROM sessions $$;
SELECT tidy();
CREATE FUNCTION quiet() RETURNS void LANGUAGE sql AS $$ DROP TABLE never_called $$;
