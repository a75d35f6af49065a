-- corpus before: CREATE TYPE address AS (street text, zip text); CREATE TYPE mood AS ENUM ('calm');
SET lock_timeout = '1s';
SET statement_timeout = '5s';
ALTER TYPE address DROP ATTRIBUTE zip;
ALTER TYPE address ADD ATTRIBUTE city text, ALTER ATTRIBUTE street TYPE varchar;
ALTER TYPE shop.address RENAME ATTRIBUTE street TO road CASCADE;
ALTER TYPE mood RENAME TO feeling;
ALTER DOMAIN email RENAME TO mail;
ALTER TYPE mail SET SCHEMA shop;
ALTER DOMAIN shop.zip SET SCHEMA public;
-- Of nobody's values.
CREATE TYPE parcel AS (weight numeric);
ALTER TYPE parcel SET SCHEMA shop;
ALTER TYPE mood ADD VALUE IF NOT EXISTS 'cross';
ALTER TYPE address OWNER TO keeper;
SELECT ROW('a', 'b')::address;
