SET lock_timeout = '1s';
SET statement_timeout = '5s';
DROP SCHEMA billing;
DROP SCHEMA IF EXISTS billing, "Alt" CASCADE;
CREATE SCHEMA IF NOT EXISTS invoicing;
