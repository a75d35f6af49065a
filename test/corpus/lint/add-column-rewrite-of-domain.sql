SET lock_timeout = '1s';
SET statement_timeout = '5s';
CREATE DOMAIN percent AS integer CHECK (value BETWEEN 0 AND 100);
CREATE DOMAIN words AS text;
ALTER TABLE orders ADD COLUMN discount percent DEFAULT 0;
ALTER TABLE orders ADD COLUMN remark words DEFAULT '';
