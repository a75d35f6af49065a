-- corpus before: CREATE TABLE orders (id bigint PRIMARY KEY); CREATE TABLE logs (id bigint, at date) PARTITION BY RANGE (at);
SET statement_timeout = '5s';
CREATE SCHEMA billing
  CREATE TABLE invoices (id serial PRIMARY KEY, code char(4), lines bigint)
  CREATE INDEX invoices_lines_idx ON invoices (lines)
  CREATE VIEW open_invoices AS SELECT id FROM invoices;
CREATE SCHEMA shipping CREATE TABLE parcels (id bigint PRIMARY KEY, order_id bigint REFERENCES public.orders (id));
CREATE SCHEMA archive CREATE TABLE logs_2025 PARTITION OF public.logs FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
-- To its own tables only, and nothing in it.
CREATE SCHEMA pairs CREATE TABLE a (id bigint PRIMARY KEY) CREATE TABLE b (id bigint PRIMARY KEY, a_id bigint REFERENCES a);
CREATE SCHEMA IF NOT EXISTS empty;
CREATE INDEX ON billing.invoices (code);
