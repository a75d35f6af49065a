SET lock_timeout = '1s';
SET statement_timeout = '5s';
ALTER TABLE orders ADD COLUMN extra json;
ALTER TABLE shop.orders ADD COLUMN IF NOT EXISTS extras json[] DEFAULT '{}';
ALTER TABLE orders ADD COLUMN data jsonb;
ALTER TABLE orders ADD COLUMN data_text text;
