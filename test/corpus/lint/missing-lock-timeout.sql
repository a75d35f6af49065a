SELECT 1;
CREATE TABLE parcels (id bigint PRIMARY KEY);
ALTER TABLE parcels ADD COLUMN code text;
ALTER TABLE orders ADD COLUMN note text;
ALTER TABLE orders ADD COLUMN remark text;
