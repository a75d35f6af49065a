-- corpus before: CREATE TABLE invoices (id bigint PRIMARY KEY, owner text); CREATE POLICY own_invoices ON invoices USING (owner = current_user); CREATE TABLE parcels (id bigint PRIMARY KEY); CREATE POLICY only_small ON parcels AS RESTRICTIVE USING (id < 10); CREATE TABLE notes (id bigint PRIMARY KEY); ALTER TABLE notes ENABLE ROW LEVEL SECURITY; CREATE POLICY all_notes ON notes USING (true);
SET lock_timeout = '1s';
SET statement_timeout = '5s';
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE shop.orders FORCE ROW LEVEL SECURITY, ALTER COLUMN id SET STATISTICS 100;
-- A restrictive policy only takes away.
ALTER TABLE parcels ENABLE ROW LEVEL SECURITY;
DROP POLICY all_notes ON notes;
-- With a policy, before or in the same transaction, or nobody's.
ALTER TABLE invoices ENABLE ROW LEVEL SECURITY;
BEGIN;
ALTER TABLE members ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_members ON members USING (name = current_user);
COMMIT;
CREATE TABLE IF NOT EXISTS drafts (id bigint PRIMARY KEY);
ALTER TABLE drafts ENABLE ROW LEVEL SECURITY;
ALTER TABLE orders DISABLE ROW LEVEL SECURITY;
ALTER TABLE orders NO FORCE ROW LEVEL SECURITY;
