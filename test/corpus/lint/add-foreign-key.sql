SET lock_timeout = '1s';
SET statement_timeout = '5s';
ALTER TABLE orders ADD CONSTRAINT orders_customer_fk FOREIGN KEY (customer_id) REFERENCES customers (id);
ALTER TABLE orders ADD FOREIGN KEY (shop_id) REFERENCES shops ON DELETE CASCADE;
ALTER TABLE orders ADD COLUMN agent_id bigint DEFAULT 1 REFERENCES agents (id);
ALTER TABLE orders ADD CONSTRAINT orders_customer_fk2 FOREIGN KEY (customer_id) REFERENCES customers (id) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT orders_customer_fk2;
CREATE TABLE parcels (id bigint PRIMARY KEY, order_id bigint REFERENCES orders (id));
