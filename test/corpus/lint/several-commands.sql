SET lock_timeout = '1s';
SET statement_timeout = '5s';
ALTER TABLE orders
  ADD COLUMN note text,
  ADD COLUMN token uuid DEFAULT gen_random_uuid(),
  ALTER COLUMN total SET NOT NULL,
  ADD CONSTRAINT orders_number_key UNIQUE (number),
  DROP COLUMN fax,
  ALTER COLUMN state DROP NOT NULL,
  ADD CHECK (total >= 0), ADD COLUMN code char(3) NOT NULL,
  ALTER COLUMN a SET DEFAULT coalesce(f(1, 2), (ARRAY[3, 4])[1]), DROP CONSTRAINT orders_x_fkey;
