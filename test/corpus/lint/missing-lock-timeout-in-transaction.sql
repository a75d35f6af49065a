-- corpus: in transaction
SET LOCAL statement_timeout = '5s';
CREATE TRIGGER orders_touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();
