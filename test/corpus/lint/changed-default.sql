SET lock_timeout = '1s';
SET statement_timeout = '5s';
ALTER TABLE orders ALTER COLUMN state SET DEFAULT 'open';
ALTER TABLE "Orders" ALTER "Größe" SET DEFAULT 0, ALTER COLUMN note DROP DEFAULT;
ALTER TABLE orders ADD COLUMN kind text;
ALTER TABLE orders ALTER COLUMN kind SET DEFAULT 'b2c';
