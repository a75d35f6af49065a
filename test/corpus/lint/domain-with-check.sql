SET lock_timeout = '1s';
SET statement_timeout = '5s';
CREATE DOMAIN email AS text CHECK (value LIKE '%@%');
CREATE DOMAIN shop.name AS text NOT NULL;
ALTER DOMAIN email ADD CONSTRAINT email_length CHECK (length(value) < 200);
ALTER DOMAIN email SET NOT NULL;
ALTER DOMAIN email ADD CONSTRAINT email_length2 CHECK (length(value) < 200) NOT VALID;
CREATE DOMAIN words AS text DEFAULT '';
ALTER DOMAIN email DROP NOT NULL;
