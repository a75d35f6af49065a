SET lock_timeout = '1s';
SET statement_timeout = '5s';
ALTER TABLE orders ADD PRIMARY KEY (id);
ALTER TABLE orders ADD CONSTRAINT orders_pkey PRIMARY KEY (shop_id, number);
ALTER TABLE orders ADD CONSTRAINT orders_pkey PRIMARY KEY USING INDEX orders_id_key;
CREATE TABLE parcels (id bigint);
ALTER TABLE parcels ADD PRIMARY KEY (id);
