CREATE OR REPLACE TRIGGER orders_touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();
CREATE POLICY own_orders ON orders USING (owner = current_user);
DROP TRIGGER IF EXISTS orders_touch ON orders;
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
COMMENT ON TABLE orders IS 'what was ordered';
