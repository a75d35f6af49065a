-- corpus: in transaction
SET lock_timeout = '1s';
SET statement_timeout = '5s';
CREATE TABLE parcels (id bigint PRIMARY KEY, code text, weight numeric);
CREATE INDEX parcels_code_idx ON parcels (code);
ALTER TABLE parcels ADD COLUMN token uuid DEFAULT gen_random_uuid();
ALTER TABLE parcels ADD CONSTRAINT parcels_weight_check CHECK (weight > 0);
ALTER TABLE parcels ADD CONSTRAINT parcels_code_key UNIQUE (code);
ALTER TABLE parcels ALTER COLUMN weight SET NOT NULL;
ALTER TABLE parcels ALTER COLUMN weight TYPE double precision;
ALTER TABLE parcels RENAME COLUMN code TO label;
UPDATE parcels SET label = '';
DELETE FROM parcels;
CREATE TABLE IF NOT EXISTS letters (id bigint PRIMARY KEY, text text);
CREATE INDEX letters_text_idx ON letters (text);
