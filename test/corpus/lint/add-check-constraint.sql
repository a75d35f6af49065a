SET lock_timeout = '1s';
SET statement_timeout = '5s';
ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total >= 0);
ALTER TABLE orders ADD CHECK (net <= total);
ALTER TABLE orders ADD COLUMN tax numeric CHECK (tax >= 0);
ALTER TABLE orders ADD CONSTRAINT orders_total_check2 CHECK (total >= 0) NOT VALID;
ALTER TABLE orders ADD CONSTRAINT orders_total_check3 CHECK (total >= 0) NOT ENFORCED;
ALTER TABLE orders VALIDATE CONSTRAINT orders_total_check2;
CREATE TABLE parcels (id bigint PRIMARY KEY, weight numeric CHECK (weight > 0));
