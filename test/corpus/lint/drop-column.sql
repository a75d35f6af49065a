SET lock_timeout = '1s';
SET statement_timeout = '5s';
ALTER TABLE customers DROP COLUMN fax;
ALTER TABLE ONLY shop.customers DROP COLUMN IF EXISTS fax CASCADE;
ALTER TABLE customers DROP fax, DROP COLUMN "Straße", ADD COLUMN street text;
ALTER TABLE customers ALTER COLUMN fax DROP DEFAULT;
CREATE TABLE parcels (id bigint PRIMARY KEY, code text);
ALTER TABLE parcels DROP COLUMN code;
