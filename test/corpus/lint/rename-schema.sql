SET lock_timeout = '1s';
SET statement_timeout = '5s';
ALTER SCHEMA billing RENAME TO invoicing;
ALTER SCHEMA "Alt" RENAME TO old;
ALTER SCHEMA billing OWNER TO accountant;
