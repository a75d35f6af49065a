SET lock_timeout = '1s';
SET statement_timeout = '5s';
DO $$ BEGIN EXECUTE format('DROP TABLE %I', (SELECT max(tablename) FROM pg_tables)); END $$;
DO $$
DECLARE t text;
BEGIN
  FOR t IN SELECT tablename FROM pg_tables LOOP
    EXECUTE 'ALTER TABLE ' || t || ' ADD COLUMN tenant bigint';
  END LOOP;
END $$;
DO LANGUAGE plperl 'elog(NOTICE, "hello");';
DO $$ BEGIN PERFORM 1; END $$;
DO $$ BEGIN EXECUTE 'ALTER TABLE orders ADD COLUMN note text'; END $$;
CREATE FUNCTION clear_all() RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE format('DROP TABLE %I', 'old'); END $$;
CREATE FUNCTION count_all() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT count(*) FROM orders); END $$;
SELECT clear_all();
SELECT count_all();
