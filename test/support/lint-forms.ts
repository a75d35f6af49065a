import type { LintSettings } from '../../src/migrations/lint/lint-input.ts';

/** A migration, and what must be known to judge it. */
export interface LintForm {
  readonly sql: string;
  /** Files that have run before. */
  readonly before?: string;
  readonly settings?: Partial<LintSettings>;
  /** Where the finding points, `line:column`; none: at 1:1. */
  readonly at?: string;
  /** How many there are; none: one. */
  readonly count?: number;
  /** What the safe form has in it, besides being free of the same finding. */
  readonly safe?: string;
}

/** What a rule finds and what it leaves alone. */
export interface RuleForms {
  readonly finds: readonly (string | LintForm)[];
  readonly leaves: readonly (string | LintForm)[];
}

const ORDERS =
  'CREATE TABLE orders (id bigint PRIMARY KEY, total integer NOT NULL, number varchar(10), price numeric(10,2), placed timestamp, note text, tags text[], code char(4));';
const PARTITIONED = 'CREATE TABLE orders (id bigint, placed date NOT NULL) PARTITION BY RANGE (placed);';
const KEYS =
  'CREATE TABLE customers (id bigint PRIMARY KEY); CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint CONSTRAINT orders_customer_fkey REFERENCES customers);';
const IN_TRANSACTION = { inTransaction: true };

/** By the name of the rule. */
export const LINT_FORMS: Readonly<Record<string, RuleForms>> = {
  'create-index-not-concurrent': {
    finds: [
      { sql: 'CREATE INDEX i ON orders (total)', safe: 'CREATE INDEX CONCURRENTLY i ON orders (total);' },
      {
        sql: 'create unique index "Total" on "shop"."Orders" using btree (total desc nulls last) include (id) nulls not distinct with (fillfactor = 70) where paid',
        safe: 'CREATE UNIQUE INDEX CONCURRENTLY "Total" ON shop."Orders" using btree (total desc nulls last) include (id) nulls not distinct with (fillfactor = 70) where paid;',
      },
      {
        sql: 'CREATE INDEX ON orders (lower(note), total)',
        safe: 'CONCURRENTLY orders_lower_total_idx ON orders',
      },
      {
        sql: 'CREATE INDEX ON orders ((total + 1))',
        safe: 'CONCURRENTLY orders_expr_idx ON orders ((total + 1));',
      },
      {
        sql: 'CREATE INDEX i ON orders USING gin (note gin_trgm_ops)',
        safe: 'CREATE INDEX CONCURRENTLY i ON orders USING gin (note gin_trgm_ops);',
      },
      {
        sql: 'CREATE INDEX IF NOT EXISTS i ON orders (total)',
        safe: 'DROP INDEX CONCURRENTLY IF EXISTS i;\nCREATE INDEX CONCURRENTLY i ON orders',
      },
      {
        sql: '-- größer\n\n  CREATE INDEX "größe" ON "Aufträge" ("größe");',
        at: '3:3',
        safe: '"größe" ON "Aufträge" ("größe");',
      },
      { sql: "SELECT 'é😀'; CREATE INDEX i ON orders (total);", at: '1:14' },
      { sql: 'CREATE TABLE lines (id int);\r\nCREATE INDEX i ON orders (id);\r\n', at: '2:1' },
      {
        sql: 'CREATE INDEX i ON /* the big one */ orders -- many rows\n (total);',
        safe: 'ON orders (total);',
      },
      { sql: 'DO $$ BEGIN\n  CREATE INDEX i ON orders (total);\nEND $$;', at: '2:3' },
      {
        sql: "DO $x$ BEGIN IF true THEN EXECUTE 'CREATE INDEX i ON orders (total)'; END IF; END $x$;",
        at: '1:36',
      },
      {
        sql: 'CREATE FUNCTION build() RETURNS void LANGUAGE plpgsql AS $$ BEGIN CREATE INDEX i ON orders (total); END $$;\nSELECT build();',
        at: '1:67',
      },
      {
        sql: 'CREATE TABLE IF NOT EXISTS orders (id int); CREATE INDEX i ON orders (id);',
        before: ORDERS,
        at: '1:45',
      },
      { sql: 'CREATE INDEX i ON orders (total)', settings: IN_TRANSACTION },
      {
        sql: 'CREATE INDEX i ON orders (id)',
        before: `${PARTITIONED} CREATE TABLE orders_1 PARTITION OF orders DEFAULT;`,
        safe: 'ALTER INDEX i ATTACH PARTITION orders_1_i_part;',
      },
    ],
    leaves: [
      'CREATE INDEX CONCURRENTLY i ON orders (total)',
      'CREATE TABLE orders (id int); CREATE INDEX i ON orders (id);',
      'CREATE TABLE shop.orders (id int); CREATE INDEX i ON shop.orders (id);',
      'SET search_path = shop; CREATE TABLE orders (id int); CREATE INDEX i ON shop.orders (id);',
      'CREATE TEMP TABLE t AS SELECT 1 AS id; CREATE INDEX i ON t (id);',
      'CREATE TABLE copied AS SELECT 1 AS id; CREATE INDEX i ON copied (id);',
      'CREATE INDEX i ON ONLY orders (id)',
      'CREATE SCHEMA shop CREATE TABLE orders (id int); CREATE INDEX i ON shop.orders (id);',
      'CREATE FUNCTION build() RETURNS void LANGUAGE plpgsql AS $$ BEGIN CREATE INDEX i ON orders (total); END $$;',
      {
        sql: 'CREATE INDEX i ON orders (id)',
        settings: {
          tables: { 'public.orders': { exists: false, rows: null, bytes: null, accessesPerSecond: null } },
        },
      },
      'ALTER TABLE t RENAME TO orders; CREATE TABLE fresh (id int); ALTER TABLE fresh RENAME TO newer; CREATE INDEX i ON newer (id);',
    ],
  },
  'row-security-without-policy': {
    finds: [
      {
        sql: 'ALTER TABLE shop.orders ENABLE ROW LEVEL SECURITY',
        safe: 'CREATE POLICY orders_all_rows ON shop.orders USING (true) WITH CHECK (true);\nALTER TABLE shop.orders ENABLE ROW LEVEL SECURITY;\nCOMMIT;',
      },
      { sql: 'ALTER TABLE orders FORCE ROW LEVEL SECURITY', safe: 'BEGIN;' },
      { sql: 'ALTER TABLE orders ENABLE ROW LEVEL SECURITY', settings: IN_TRANSACTION },
    ],
    leaves: [
      'CREATE POLICY p ON orders USING (true); ALTER TABLE orders ENABLE ROW LEVEL SECURITY',
      'BEGIN; ALTER TABLE public.orders ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON orders USING (true); COMMIT;',
      'CREATE TABLE orders (id int); ALTER TABLE orders ENABLE ROW LEVEL SECURITY',
      {
        sql: 'BEGIN; DROP POLICY p ON orders; CREATE POLICY q ON orders USING (true); COMMIT;',
        before: `${ORDERS} CREATE POLICY p ON orders USING (true); ALTER TABLE orders ENABLE ROW LEVEL SECURITY;`,
      },
      'ALTER TABLE orders DISABLE ROW LEVEL SECURITY',
    ],
  },
  'revoke-right': {
    // Its safe form is a sentence: the corpus has what it finds.
    finds: [],
    leaves: [
      'GRANT SELECT ON orders TO app',
      'REVOKE GRANT OPTION FOR SELECT ON orders FROM app',
      'CREATE TABLE orders (id int); REVOKE ALL ON orders FROM PUBLIC',
      'REVOKE ADMIN OPTION FOR writers FROM app',
    ],
  },
  'index-if-not-exists': {
    finds: [
      {
        sql: 'CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON orders (total)',
        safe: 'DROP INDEX CONCURRENTLY IF EXISTS i;\nCREATE INDEX CONCURRENTLY i ON orders (total);',
      },
      {
        sql: 'create unique index concurrently if not exists "I" on shop."Orders" (lower(if))',
        safe: 'DROP INDEX CONCURRENTLY IF EXISTS shop."I";\ncreate unique index concurrently "I" on shop."Orders" (lower(if));',
      },
    ],
    leaves: [
      'CREATE INDEX CONCURRENTLY i ON orders (total)',
      'CREATE INDEX IF NOT EXISTS i ON orders (total)',
      'DROP INDEX CONCURRENTLY IF EXISTS i; CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON orders (total)',
    ],
  },
  'drop-index-not-concurrent': {
    finds: [
      { sql: 'DROP INDEX i', safe: 'DROP INDEX CONCURRENTLY i;' },
      { sql: 'drop index if exists shop."I"', safe: 'DROP INDEX CONCURRENTLY IF EXISTS shop."I";' },
      { sql: 'DROP INDEX a, shop.b', count: 2, safe: 'DROP INDEX CONCURRENTLY a;' },
      { sql: 'DROP INDEX i CASCADE', safe: 'DROP INDEX CONCURRENTLY i;' },
    ],
    leaves: [
      'DROP INDEX CONCURRENTLY i',
      'CREATE TABLE orders (id int); CREATE INDEX i ON orders (id); DROP INDEX i;',
      'DROP TABLE i',
    ],
  },
  'concurrent-in-transaction': {
    finds: [
      { sql: 'BEGIN; CREATE INDEX CONCURRENTLY i ON orders (total); COMMIT;', at: '1:8' },
      { sql: 'START TRANSACTION; DROP INDEX CONCURRENTLY i;', at: '1:20' },
      { sql: 'CREATE INDEX CONCURRENTLY i ON orders (total)', settings: IN_TRANSACTION },
      { sql: 'REINDEX TABLE CONCURRENTLY orders', settings: IN_TRANSACTION },
      { sql: 'REINDEX (CONCURRENTLY) TABLE orders', settings: IN_TRANSACTION },
      { sql: 'ALTER TABLE orders DETACH PARTITION orders_1 CONCURRENTLY', settings: IN_TRANSACTION },
      { sql: 'DO $$ BEGIN CREATE INDEX CONCURRENTLY i ON orders (total); END $$', at: '1:13' },
      { sql: 'BEGIN; COMMIT AND CHAIN; CREATE INDEX CONCURRENTLY i ON orders (total);', at: '1:26' },
      {
        sql: 'CREATE TABLE orders (id int); CREATE INDEX CONCURRENTLY i ON orders (id);',
        settings: IN_TRANSACTION,
        at: '1:31',
        safe: 'CREATE INDEX i ON orders (id);',
      },
    ],
    leaves: [
      'CREATE INDEX CONCURRENTLY i ON orders (total)',
      'BEGIN; COMMIT; CREATE INDEX CONCURRENTLY i ON orders (total);',
      'BEGIN; ROLLBACK; DROP INDEX CONCURRENTLY i;',
      { sql: 'COMMIT; CREATE INDEX CONCURRENTLY i ON orders (total);', settings: IN_TRANSACTION },
      { sql: 'REFRESH MATERIALIZED VIEW CONCURRENTLY totals', settings: IN_TRANSACTION },
      { sql: 'REINDEX (CONCURRENTLY off) TABLE orders', settings: IN_TRANSACTION },
    ],
  },
  'reindex-not-concurrent': {
    finds: [
      { sql: 'REINDEX INDEX i', safe: 'REINDEX INDEX CONCURRENTLY i;' },
      { sql: 'reindex table shop.orders', safe: 'reindex table CONCURRENTLY shop.orders;' },
      { sql: 'REINDEX (VERBOSE, TABLESPACE "index") TABLE orders', safe: 'TABLE CONCURRENTLY orders;' },
      { sql: 'REINDEX SCHEMA shop', safe: 'REINDEX SCHEMA CONCURRENTLY shop;' },
      { sql: 'REINDEX DATABASE shop', safe: 'REINDEX DATABASE CONCURRENTLY shop;' },
      { sql: 'REINDEX SYSTEM shop', safe: 'quiet window' },
    ],
    leaves: [
      'REINDEX TABLE CONCURRENTLY orders',
      'REINDEX (CONCURRENTLY, VERBOSE) INDEX i',
      'REINDEX (VERBOSE, CONCURRENTLY true) INDEX i',
      'CREATE TABLE orders (id int); REINDEX TABLE orders;',
    ],
  },
  'detach-partition-not-concurrent': {
    finds: [
      {
        sql: 'ALTER TABLE orders DETACH PARTITION orders_1',
        safe: 'DETACH PARTITION orders_1 CONCURRENTLY;',
      },
      {
        sql: 'alter table only shop."Orders" detach partition shop.p',
        safe: 'alter table only shop."Orders" detach partition shop.p CONCURRENTLY;',
      },
      {
        sql: 'ALTER TABLE orders DETACH PARTITION p',
        settings: { postgresVersion: 13 },
        safe: 'no other way',
      },
    ],
    leaves: [
      'ALTER TABLE orders DETACH PARTITION orders_1 CONCURRENTLY',
      'ALTER TABLE orders DETACH PARTITION orders_1 FINALIZE',
      `${PARTITIONED} CREATE TABLE p PARTITION OF orders DEFAULT; ALTER TABLE orders DETACH PARTITION p;`,
    ],
  },
  'add-column-rewrite': {
    finds: [
      {
        sql: 'ALTER TABLE orders ADD COLUMN token uuid DEFAULT gen_random_uuid()',
        safe: 'SET DEFAULT gen_random_uuid();',
      },
      {
        sql: 'ALTER TABLE orders ADD token uuid NOT NULL DEFAULT public.uuid_generate_v4()',
        safe: 'SET DEFAULT public.uuid_generate_v4();',
      },
      {
        sql: 'ALTER TABLE orders ADD COLUMN seen timestamptz DEFAULT clock_timestamp() NOT NULL',
        safe: 'SET DEFAULT clock_timestamp();',
      },
      {
        sql: 'ALTER TABLE orders ADD COLUMN luck float DEFAULT (random() * 6 + 1)::int',
        safe: 'SET DEFAULT (random() * 6 + 1)::int;',
      },
      { sql: "ALTER TABLE orders ADD COLUMN n bigint DEFAULT nextval('orders_seq')" },
      { sql: 'ALTER TABLE orders ADD COLUMN slug text DEFAULT make_slug()' },
      {
        sql: 'ALTER TABLE orders ADD COLUMN nr bigserial',
        safe: 'CREATE SEQUENCE orders_nr_seq AS bigint OWNED BY orders.nr;',
      },
      { sql: 'ALTER TABLE shop."Orders" ADD COLUMN "Nr" serial', safe: `nextval('shop."Orders_Nr_seq"')` },
      {
        sql: 'ALTER TABLE orders ADD COLUMN nr bigint GENERATED ALWAYS AS IDENTITY',
        safe: 'CREATE SEQUENCE',
      },
      { sql: 'ALTER TABLE orders ADD COLUMN nr bigint GENERATED BY DEFAULT AS IDENTITY (START 100)' },
      {
        sql: 'ALTER TABLE orders ADD COLUMN twice int GENERATED ALWAYS AS (total * 2) STORED',
        safe: 'GENERATED ALWAYS AS (total * 2) VIRTUAL;',
      },
      {
        sql: 'ALTER TABLE orders ADD COLUMN twice int GENERATED ALWAYS AS (total * 2) STORED',
        settings: { postgresVersion: 17 },
        safe: 'NEW.twice := (SELECT (total * 2) FROM (SELECT NEW.total AS total) AS written);',
      },
      {
        sql: 'ALTER TABLE orders ADD COLUMN mail email',
        before: "CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%');",
        safe: 'ADD COLUMN mail text;',
      },
      { sql: 'ALTER TABLE orders ADD COLUMN mail email', before: 'CREATE DOMAIN email AS text NOT NULL;' },
      { sql: 'ALTER TABLE orders ADD COLUMN a int DEFAULT 1', settings: { postgresVersion: 10 } },
      {
        sql: 'ALTER TABLE orders ADD COLUMN a int,\n  ADD COLUMN b uuid DEFAULT gen_random_uuid(),\n  ADD COLUMN c int;',
        at: '2:3',
      },
      { sql: 'ALTER TABLE orders ADD COLUMN a serial, ADD COLUMN b serial', count: 2 },
      {
        sql: 'ALTER TABLE orders ADD COLUMN slug text DEFAULT make_slug()',
        before: 'CREATE FUNCTION make_slug() RETURNS text LANGUAGE sql VOLATILE RETURN md5(random()::text);',
      },
    ],
    leaves: [
      'ALTER TABLE orders ADD COLUMN a int',
      'ALTER TABLE orders ADD COLUMN a int DEFAULT 0',
      "ALTER TABLE orders ADD COLUMN a text NOT NULL DEFAULT 'new'::text",
      "ALTER TABLE orders ADD COLUMN a jsonb NOT NULL DEFAULT '{}'::jsonb",
      "ALTER TABLE orders ADD COLUMN a text[] DEFAULT ARRAY['a', lower('B')]",
      'ALTER TABLE orders ADD COLUMN a timestamptz NOT NULL DEFAULT now()',
      'ALTER TABLE orders ADD COLUMN a timestamptz DEFAULT CURRENT_TIMESTAMP',
      'ALTER TABLE orders ADD COLUMN a date DEFAULT CURRENT_DATE + 1',
      'ALTER TABLE orders ADD COLUMN a int DEFAULT NULL',
      'ALTER TABLE orders ADD COLUMN twice int GENERATED ALWAYS AS (total * 2) VIRTUAL',
      'ALTER TABLE orders ADD COLUMN twice int GENERATED ALWAYS AS (total * 2)',
      { sql: 'ALTER TABLE orders ADD COLUMN a free', before: 'CREATE DOMAIN free AS text;' },
      {
        sql: "ALTER TABLE orders ADD COLUMN a status DEFAULT 'new'",
        before: "CREATE TYPE status AS ENUM ('new');",
      },
      {
        sql: 'ALTER TABLE orders ADD COLUMN slug text DEFAULT make_slug()',
        before: "CREATE FUNCTION make_slug() RETURNS text LANGUAGE sql STABLE RETURN 'x';",
      },
      'CREATE TABLE orders (id bigserial); ALTER TABLE orders ADD COLUMN token uuid DEFAULT gen_random_uuid();',
      'ALTER TABLE orders ALTER COLUMN token SET DEFAULT gen_random_uuid()',
      'ALTER TYPE pair ADD ATTRIBUTE a int',
    ],
  },
  'add-required-column': {
    finds: [
      { sql: 'ALTER TABLE orders ADD COLUMN a int NOT NULL', safe: 'ADD COLUMN a int;' },
      {
        sql: 'ALTER TABLE orders ADD COLUMN IF NOT EXISTS a varchar(20) NOT NULL',
        safe: 'ADD COLUMN IF NOT EXISTS a varchar(20);',
      },
      { sql: 'ALTER TABLE orders ADD COLUMN a int NOT NULL DEFAULT NULL' },
      {
        sql: 'ALTER TABLE orders ADD COLUMN a double precision[] NOT NULL',
        safe: 'ADD COLUMN a double precision[];',
      },
      { sql: 'ALTER TABLE orders ADD COLUMN a shop.status NOT NULL', safe: 'ADD COLUMN a shop.status;' },
    ],
    leaves: [
      'ALTER TABLE orders ADD COLUMN a int',
      'ALTER TABLE orders ADD COLUMN a int NOT NULL DEFAULT 0',
      'ALTER TABLE orders ADD COLUMN a bigserial NOT NULL',
      'ALTER TABLE orders ADD COLUMN a int NOT NULL GENERATED ALWAYS AS IDENTITY',
      'ALTER TABLE orders ADD COLUMN a int GENERATED ALWAYS AS (1) STORED NOT NULL',
      'ALTER TABLE orders ADD COLUMN a int PRIMARY KEY',
      'CREATE TABLE orders (id int); ALTER TABLE orders ADD COLUMN a int NOT NULL;',
    ],
  },
  'add-column-json': {
    finds: [
      {
        sql: 'ALTER TABLE orders ADD COLUMN details json',
        safe: 'ALTER TABLE orders ADD COLUMN details jsonb;',
      },
      {
        sql: "ALTER TABLE orders ADD COLUMN json json NOT NULL DEFAULT '{}'",
        safe: "ADD COLUMN json jsonb NOT NULL DEFAULT '{}';",
      },
      {
        sql: 'ALTER TABLE orders ADD COLUMN a int, ADD COLUMN b JSON, ADD COLUMN c int',
        at: '1:38',
        safe: 'ALTER TABLE orders ADD COLUMN b jsonb;',
      },
      { sql: 'ALTER TABLE orders ADD COLUMN a pg_catalog.json', safe: 'jsonb;' },
    ],
    leaves: [
      'ALTER TABLE orders ADD COLUMN details jsonb',
      'ALTER TABLE orders ADD COLUMN details mine.json',
      'CREATE TABLE orders (details json)',
      'CREATE TABLE orders (id int); ALTER TABLE orders ADD COLUMN details json;',
    ],
  },
  'set-not-null': {
    finds: [
      {
        sql: 'ALTER TABLE orders ALTER COLUMN note SET NOT NULL',
        safe: 'ADD CONSTRAINT orders_note_not_null NOT NULL note NOT VALID;',
      },
      {
        sql: 'ALTER TABLE shop."Orders" ALTER "Note" SET NOT NULL',
        settings: { postgresVersion: 17 },
        safe: 'ALTER TABLE shop."Orders" ADD CONSTRAINT "Orders_Note_not_null_check" CHECK ("Note" IS NOT NULL) NOT VALID;',
      },
      {
        sql: 'ALTER TABLE orders ADD CONSTRAINT has_note NOT NULL note',
        safe: 'ADD CONSTRAINT has_note NOT NULL note NOT VALID;',
      },
      {
        sql: 'ALTER TABLE orders ALTER COLUMN note SET NOT NULL',
        before: `${ORDERS} ALTER TABLE orders ADD CONSTRAINT c CHECK (note IS NOT NULL) NOT VALID;`,
      },
      {
        sql: 'ALTER TABLE orders ALTER COLUMN note SET NOT NULL',
        before: `${ORDERS} ALTER TABLE orders ADD CONSTRAINT c CHECK (note IS NOT NULL); ALTER TABLE orders DROP CONSTRAINT c;`,
      },
      {
        sql: 'ALTER TABLE orders ALTER COLUMN note SET NOT NULL',
        before: `${ORDERS} ALTER TABLE orders ADD CONSTRAINT c CHECK (note IS NOT NULL);`,
        settings: { postgresVersion: 11 },
      },
      {
        sql: 'ALTER TABLE orders ALTER COLUMN total SET NOT NULL',
        before: `${ORDERS} ALTER TABLE orders ALTER total DROP NOT NULL;`,
      },
      { sql: 'ALTER TABLE orders ALTER note SET DEFAULT 1, ALTER note SET NOT NULL', at: '1:46' },
    ],
    leaves: [
      'ALTER TABLE orders ALTER COLUMN note DROP NOT NULL',
      'CREATE TABLE orders (note text); ALTER TABLE orders ALTER COLUMN note SET NOT NULL;',
      { sql: 'ALTER TABLE orders ALTER COLUMN total SET NOT NULL', before: ORDERS },
      'ALTER TABLE orders ADD CONSTRAINT n NOT NULL note NOT VALID',
      'ALTER TABLE orders ADD CONSTRAINT c CHECK (note IS NOT NULL) NOT VALID; ALTER TABLE orders VALIDATE CONSTRAINT c; ALTER TABLE orders ALTER note SET NOT NULL;',
      {
        sql: 'ALTER TABLE orders ALTER COLUMN remark SET NOT NULL',
        before: `${ORDERS} ALTER TABLE orders ADD CONSTRAINT c CHECK (note IS NOT NULL); ALTER TABLE orders RENAME note TO remark;`,
      },
    ],
  },
  'add-foreign-key': {
    finds: [
      {
        sql: 'ALTER TABLE orders ADD CONSTRAINT k FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE DEFERRABLE',
        safe: 'FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE DEFERRABLE NOT VALID;',
      },
      {
        sql: 'alter table if exists only shop."Orders" add foreign key ("customerId") references "Customers"',
        safe: 'alter table if exists only shop."Orders" ADD CONSTRAINT "Orders_customerId_fkey" foreign key ("customerId") references "Customers" NOT VALID;',
      },
      {
        sql: 'ALTER TABLE orders ADD COLUMN x int, ADD CONSTRAINT k FOREIGN KEY (a, b) REFERENCES c (a, b), DROP COLUMN y',
        at: '1:38',
        safe: 'ALTER TABLE orders VALIDATE CONSTRAINT k;',
      },
      {
        sql: 'ALTER TABLE orders ADD COLUMN shop_id int NOT NULL DEFAULT 1 CONSTRAINT k REFERENCES shops (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED',
        safe: 'FOREIGN KEY (shop_id) REFERENCES shops (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED NOT VALID;',
      },
      {
        sql: 'ALTER TABLE orders ADD COLUMN shop_id int REFERENCES shops DEFAULT 1 NOT NULL',
        safe: 'ADD COLUMN shop_id int DEFAULT 1 NOT NULL;',
      },
      {
        sql: 'ALTER TABLE orders ADD FOREIGN KEY (id) REFERENCES customers',
        before: PARTITIONED,
        settings: { postgresVersion: 17 },
        safe: 'partition',
      },
    ],
    leaves: [
      'ALTER TABLE orders ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES b NOT VALID',
      'ALTER TABLE orders ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES b NOT ENFORCED',
      'ALTER TABLE orders ADD COLUMN shop_id int REFERENCES shops',
      'ALTER TABLE orders ADD COLUMN shop_id int DEFAULT NULL REFERENCES shops',
      'CREATE TABLE orders (shop_id int REFERENCES shops)',
      'CREATE TABLE orders (shop_id int); ALTER TABLE orders ADD FOREIGN KEY (shop_id) REFERENCES shops;',
    ],
  },
  'add-check-constraint': {
    finds: [
      {
        sql: "ALTER TABLE orders ADD CONSTRAINT c CHECK (total > 0 AND note <> ')')",
        safe: "ADD CONSTRAINT c CHECK (total > 0 AND note <> ')') NOT VALID;",
      },
      {
        sql: 'ALTER TABLE orders ADD CHECK (total > 0)',
        safe: 'ADD CONSTRAINT orders_total_check CHECK (total > 0) NOT VALID;',
      },
      {
        sql: 'ALTER TABLE orders ADD CHECK (total > id) NO INHERIT',
        safe: 'ADD CONSTRAINT orders_check CHECK (total > id) NO INHERIT NOT VALID;',
      },
      {
        sql: 'ALTER TABLE orders ADD COLUMN rate int DEFAULT 1 CHECK (rate > 0) NOT NULL',
        safe: 'ADD COLUMN rate int DEFAULT 1 NOT NULL;',
      },
      {
        sql: 'ALTER TABLE orders ADD COLUMN rate int CONSTRAINT good CHECK (rate > (0)) NO INHERIT',
        safe: 'ADD CONSTRAINT good CHECK (rate > (0)) NO INHERIT NOT VALID;',
      },
    ],
    leaves: [
      'ALTER TABLE orders ADD CHECK (total > 0) NOT VALID',
      'ALTER TABLE orders ADD CHECK (total > 0) NOT ENFORCED',
      'CREATE TABLE orders (total int CHECK (total > 0)); ALTER TABLE orders ADD CHECK (total < 9);',
      'ALTER DOMAIN email ADD CHECK (VALUE > 1)',
    ],
  },
  'validate-in-same-transaction': {
    finds: [
      {
        sql: 'BEGIN; ALTER TABLE orders ADD CONSTRAINT c CHECK (total > 0) NOT VALID; ALTER TABLE orders VALIDATE CONSTRAINT c; COMMIT;',
        at: '1:73',
      },
      {
        sql: 'ALTER TABLE orders ADD CHECK (total > 0) NOT VALID; ALTER TABLE orders VALIDATE CONSTRAINT orders_total_check;',
        settings: IN_TRANSACTION,
        at: '1:53',
      },
      {
        sql: 'ALTER TABLE orders ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES b NOT VALID, VALIDATE CONSTRAINT k',
        at: '1:77',
        safe: 'ALTER TABLE orders VALIDATE CONSTRAINT k;',
      },
      {
        sql: 'ALTER TABLE orders ADD CONSTRAINT n NOT NULL a NOT VALID; ALTER TABLE orders VALIDATE CONSTRAINT n',
        settings: IN_TRANSACTION,
        at: '1:59',
      },
    ],
    leaves: [
      'ALTER TABLE orders ADD CHECK (total > 0) NOT VALID; ALTER TABLE orders VALIDATE CONSTRAINT orders_total_check;',
      'BEGIN; ALTER TABLE orders ADD CONSTRAINT c CHECK (total > 0) NOT VALID; COMMIT; BEGIN; ALTER TABLE orders VALIDATE CONSTRAINT c; COMMIT;',
      { sql: 'ALTER TABLE orders VALIDATE CONSTRAINT c', settings: IN_TRANSACTION },
      {
        sql: 'CREATE TABLE orders (total int); ALTER TABLE orders ADD CONSTRAINT c CHECK (total > 0) NOT VALID; ALTER TABLE orders VALIDATE CONSTRAINT c',
        settings: IN_TRANSACTION,
      },
    ],
  },
  'add-unique-constraint': {
    finds: [
      {
        sql: 'ALTER TABLE orders ADD CONSTRAINT u UNIQUE (number, id) INCLUDE (total)',
        safe: 'CREATE UNIQUE INDEX CONCURRENTLY u ON orders (number, id) INCLUDE (total);',
      },
      {
        sql: 'ALTER TABLE shop.orders ADD UNIQUE ("Number")',
        safe: 'ALTER TABLE shop.orders ADD CONSTRAINT "orders_Number_key" UNIQUE USING INDEX "orders_Number_key";',
      },
      {
        sql: 'ALTER TABLE orders ADD UNIQUE NULLS NOT DISTINCT (number) DEFERRABLE INITIALLY DEFERRED',
        safe: 'USING INDEX orders_number_key DEFERRABLE INITIALLY DEFERRED;',
      },
      {
        sql: 'ALTER TABLE orders ADD COLUMN slug text UNIQUE',
        safe: 'ALTER TABLE orders ADD COLUMN slug text;',
      },
      {
        sql: 'ALTER TABLE orders ADD COLUMN slug text UNIQUE DEFERRABLE NOT NULL DEFAULT 1',
        safe: 'ADD COLUMN slug text NOT NULL DEFAULT 1;',
      },
      { sql: 'ALTER TABLE orders ADD UNIQUE (id)', before: PARTITIONED, safe: 'partition' },
      {
        sql: 'ALTER TABLE orders ADD CONSTRAINT u UNIQUE (id, during WITHOUT OVERLAPS)',
        safe: 'quiet window',
      },
    ],
    leaves: [
      'ALTER TABLE orders ADD CONSTRAINT u UNIQUE USING INDEX i',
      'CREATE TABLE orders (number text UNIQUE); ALTER TABLE orders ADD UNIQUE (number);',
      'CREATE UNIQUE INDEX CONCURRENTLY i ON orders (number)',
    ],
  },
  'add-primary-key': {
    finds: [
      {
        sql: 'ALTER TABLE orders ADD PRIMARY KEY (id)',
        safe: 'CREATE UNIQUE INDEX CONCURRENTLY orders_pkey ON orders (id);',
      },
      {
        sql: 'ALTER TABLE shop.orders ADD CONSTRAINT k PRIMARY KEY (a, "B")',
        settings: { postgresVersion: 16 },
        safe: 'ALTER TABLE shop.orders ADD CONSTRAINT k PRIMARY KEY USING INDEX k;',
      },
      {
        sql: 'ALTER TABLE orders ADD COLUMN id bigserial PRIMARY KEY',
        safe: 'PRIMARY KEY USING INDEX orders_pkey;',
      },
      {
        sql: 'ALTER TABLE orders ADD COLUMN id uuid DEFAULT gen_random_uuid() PRIMARY KEY',
        safe: 'SET DEFAULT gen_random_uuid();',
      },
      {
        sql: 'ALTER TABLE orders ADD COLUMN id int PRIMARY KEY',
        safe: 'ALTER TABLE orders ADD COLUMN id int;',
      },
      {
        sql: 'CREATE UNIQUE INDEX CONCURRENTLY i ON orders (note); ALTER TABLE orders ADD CONSTRAINT k PRIMARY KEY USING INDEX i;',
        before: ORDERS,
        at: '1:54',
        safe: 'ADD CONSTRAINT orders_note_not_null NOT NULL note NOT VALID;',
      },
    ],
    leaves: [
      'ALTER TABLE orders ADD CONSTRAINT k PRIMARY KEY USING INDEX i',
      {
        sql: 'CREATE UNIQUE INDEX CONCURRENTLY i ON orders (total); ALTER TABLE orders ADD CONSTRAINT k PRIMARY KEY USING INDEX i;',
        before: ORDERS,
      },
      'CREATE TABLE orders (id int); ALTER TABLE orders ADD PRIMARY KEY (id);',
    ],
  },
  'add-exclusion-constraint': {
    finds: [
      { sql: 'ALTER TABLE bookings ADD EXCLUDE USING gist (during WITH &&)', safe: 'quiet window' },
      { sql: 'ALTER TABLE a ADD COLUMN b int, ADD CONSTRAINT e EXCLUDE (b WITH =)', at: '1:33' },
    ],
    leaves: [
      'CREATE TABLE bookings (during tsrange, EXCLUDE USING gist (during WITH &&))',
      'CREATE TABLE bookings (during tsrange); ALTER TABLE bookings ADD EXCLUDE USING gist (during WITH &&);',
    ],
  },
  'change-column-type': {
    finds: [
      {
        sql: 'ALTER TABLE orders ALTER COLUMN total TYPE bigint',
        before: ORDERS,
        safe: 'ADD COLUMN total_new bigint;',
      },
      {
        sql: 'ALTER TABLE orders ALTER total SET DATA TYPE numeric(12,2)',
        before: ORDERS,
        safe: 'ADD COLUMN total_new numeric(12,2);',
      },
      { sql: 'ALTER TABLE orders ALTER number TYPE varchar(5)', before: ORDERS },
      { sql: 'ALTER TABLE orders ALTER note TYPE varchar(50)', before: ORDERS },
      { sql: 'ALTER TABLE orders ALTER price TYPE numeric(12,3)', before: ORDERS },
      { sql: 'ALTER TABLE orders ALTER price TYPE numeric(9,2)', before: ORDERS },
      { sql: 'ALTER TABLE orders ALTER code TYPE text', before: ORDERS },
      { sql: 'ALTER TABLE orders ALTER code TYPE char(8)', before: ORDERS },
      {
        sql: 'ALTER TABLE orders ALTER note TYPE int USING (trim(note) || total)::int',
        before: ORDERS,
        safe: 'NEW.note_new := (SELECT ((trim(note) || total)::int) FROM (SELECT NEW.note AS note, NEW.total AS total) AS written);',
      },
      { sql: 'ALTER TABLE orders ALTER tags TYPE jsonb USING to_jsonb(tags)', before: ORDERS },
      { sql: 'ALTER TABLE orders ALTER number TYPE text USING upper(number)', before: ORDERS },
      {
        sql: 'ALTER TABLE orders ALTER number TYPE email',
        before: `${ORDERS} CREATE DOMAIN email AS text CHECK (VALUE <> '');`,
      },
      {
        sql: 'ALTER TABLE orders ALTER placed TYPE timestamptz',
        before: ORDERS,
        safe: "SET timezone = 'UTC';\nALTER TABLE orders ALTER placed TYPE timestamptz;",
      },
      {
        sql: "SET timezone = 'Europe/Berlin'; ALTER TABLE orders ALTER placed TYPE timestamptz",
        before: ORDERS,
        at: '1:33',
        safe: 'placed_new',
      },
      { sql: 'ALTER TABLE orders ALTER placed TYPE timestamp(0)', before: ORDERS },
      { sql: 'ALTER TABLE unknown ALTER a TYPE bigint' },
      {
        sql: 'ALTER TABLE unknown ALTER a TYPE text',
        safe: 'If the column is varchar of no greater length now',
      },
      { sql: 'ALTER TABLE unknown ALTER a TYPE numeric(12,2)', safe: 'numeric of the same scale' },
      {
        sql: 'ALTER TABLE orders ALTER total TYPE bigint',
        before: `${ORDERS} CREATE INDEX by_total ON orders (total, note);`,
        safe: 'CREATE INDEX CONCURRENTLY by_total_new ON orders (total_new, note);',
      },
      {
        sql: 'ALTER TABLE shop."Orders" ALTER "Total" TYPE bigint',
        safe: 'CREATE FUNCTION shop."Orders_Total_new_fill"()',
      },
      {
        sql: 'ALTER TABLE orders ALTER status TYPE text',
        before: "CREATE TYPE s AS ENUM ('a'); CREATE TABLE orders (status s);",
      },
      {
        sql: 'ALTER TABLE orders ALTER total TYPE bigint',
        settings: {
          tables: {
            'public.orders': {
              exists: true,
              rows: 5,
              bytes: null,
              accessesPerSecond: null,
              columns: { total: { type: 'integer', isNotNull: true } },
            },
          },
        },
        safe: 'NOT NULL total_new NOT VALID;',
      },
    ],
    leaves: [
      { sql: 'ALTER TABLE orders ALTER number TYPE varchar(20)', before: ORDERS },
      { sql: 'ALTER TABLE orders ALTER number TYPE varchar', before: ORDERS },
      { sql: 'ALTER TABLE orders ALTER number TYPE text', before: ORDERS },
      { sql: 'ALTER TABLE orders ALTER number TYPE text USING number::text', before: ORDERS },
      { sql: 'ALTER TABLE orders ALTER number TYPE text USING number', before: ORDERS },
      { sql: 'ALTER TABLE orders ALTER note TYPE varchar', before: ORDERS },
      { sql: 'ALTER TABLE orders ALTER price TYPE numeric(12,2)', before: ORDERS },
      { sql: 'ALTER TABLE orders ALTER price TYPE numeric', before: ORDERS },
      { sql: 'ALTER TABLE orders ALTER total TYPE integer', before: ORDERS },
      { sql: 'ALTER TABLE orders ALTER placed TYPE timestamp(6)', before: ORDERS },
      { sql: "SET timezone = 'UTC'; ALTER TABLE orders ALTER placed TYPE timestamptz", before: ORDERS },
      { sql: "SET TIME ZONE 'UTC'; ALTER TABLE orders ALTER placed TYPE timestamptz", before: ORDERS },
      {
        sql: "SELECT set_config('TimeZone', 'UTC', false); ALTER TABLE orders ALTER placed TYPE timestamptz",
        before: ORDERS,
      },
      {
        sql: 'ALTER TABLE orders ALTER number TYPE free',
        before: `${ORDERS} CREATE DOMAIN free AS varchar(20);`,
      },
      { sql: 'CREATE TABLE t (a int); ALTER TABLE t ALTER a TYPE bigint;' },
      {
        sql: 'ALTER TABLE orders ALTER number TYPE varchar(40)',
        settings: {
          tables: {
            'shop.orders': {
              exists: true,
              rows: 5,
              bytes: null,
              accessesPerSecond: null,
              columns: { number: { type: 'character varying(20)', isNotNull: true } },
            },
          },
        },
        before: 'SELECT 1',
      },
      'ALTER TYPE pair ALTER ATTRIBUTE a TYPE bigint',
      'ALTER FOREIGN TABLE remote ALTER a TYPE bigint',
    ],
  },
  'view-uses-column': {
    finds: [
      {
        sql: 'ALTER TABLE orders ALTER number TYPE varchar(20)',
        before: `${ORDERS} CREATE VIEW v AS SELECT o.number FROM orders AS o;`,
        safe: 'CREATE VIEW v AS SELECT o.number FROM orders AS o;',
      },
      {
        sql: 'ALTER TABLE orders DROP COLUMN note',
        before: `${ORDERS} CREATE VIEW v AS SELECT * FROM orders;`,
        safe: 'Make anew before COMMIT: v.',
      },
      {
        sql: 'ALTER TABLE orders DROP COLUMN note CASCADE',
        before: `${ORDERS} CREATE OR REPLACE VIEW v (a) AS SELECT note FROM orders;`,
      },
      {
        sql: 'ALTER TABLE orders ALTER note TYPE varchar',
        before: `${ORDERS} CREATE MATERIALIZED VIEW m AS SELECT note FROM orders; CREATE VIEW v AS SELECT * FROM m;`,
        safe: 'DROP VIEW v;\nDROP MATERIALIZED VIEW m;',
      },
      {
        sql: `${ORDERS} CREATE VIEW v AS SELECT count(*) FROM orders WHERE total > 1; ALTER TABLE orders ALTER total TYPE bigint;`,
        at: '1:229',
      },
    ],
    leaves: [
      {
        sql: 'ALTER TABLE orders ALTER number TYPE text',
        before: `${ORDERS} CREATE VIEW v AS SELECT total FROM orders;`,
      },
      {
        sql: 'ALTER TABLE orders ALTER number TYPE text',
        before: `${ORDERS} CREATE VIEW v AS SELECT number FROM orders; DROP VIEW v;`,
      },
      {
        sql: 'DROP VIEW v; ALTER TABLE orders ALTER number TYPE text',
        before: `${ORDERS} CREATE VIEW v AS SELECT number FROM orders;`,
      },
      { sql: 'ALTER TABLE orders ALTER number TYPE text', before: ORDERS },
      {
        sql: 'ALTER TABLE orders RENAME number TO nr',
        before: `${ORDERS} CREATE VIEW v AS SELECT number FROM orders;`,
      },
    ],
  },
  'create-partition-of': {
    finds: [
      {
        sql: "CREATE TABLE p PARTITION OF orders FOR VALUES FROM ('2026-01-01') TO (MAXVALUE)",
        safe: "ALTER TABLE orders ATTACH PARTITION p FOR VALUES FROM ('2026-01-01') TO (MAXVALUE);",
      },
      {
        sql: 'create table shop."P" partition of shop.orders default',
        safe: 'ALTER TABLE shop.orders ATTACH PARTITION shop."P" default;',
      },
      {
        sql: 'CREATE TABLE IF NOT EXISTS p PARTITION OF orders FOR VALUES WITH (MODULUS 4, REMAINDER 0) PARTITION BY LIST (kind)',
        safe: 'INCLUDING ALL EXCLUDING IDENTITY) PARTITION BY LIST (kind);',
      },
      {
        sql: "CREATE TABLE p PARTITION OF orders FOR VALUES IN ('a', 'b') WITH (fillfactor = 70) TABLESPACE fast",
        safe: "ATTACH PARTITION p FOR VALUES IN ('a', 'b');",
      },
      { sql: 'CREATE TABLE p PARTITION OF orders (note DEFAULT 1) DEFAULT', safe: 'LIKE the parent' },
    ],
    leaves: [
      `${PARTITIONED} CREATE TABLE p PARTITION OF orders DEFAULT;`,
      'CREATE TABLE p (LIKE orders INCLUDING ALL)',
      'ALTER TABLE orders ATTACH PARTITION p DEFAULT',
      'CREATE TABLE child (a int) INHERITS (orders)',
    ],
  },
  'locks-referenced-table': {
    finds: [
      { sql: 'ALTER TABLE orders DROP CONSTRAINT orders_customer_fkey', before: KEYS },
      {
        sql: 'ALTER TABLE orders DROP CONSTRAINT IF EXISTS fk_orders_customer',
        safe: 'ALTER TABLE orders DROP CONSTRAINT IF EXISTS fk_orders_customer;',
      },
      {
        sql: 'DROP TABLE orders',
        before: KEYS,
        safe: 'ALTER TABLE orders DROP CONSTRAINT orders_customer_fkey;\nDROP TABLE orders;',
      },
      { sql: 'ALTER TABLE orders ALTER customer_id TYPE numeric', before: KEYS },
      { sql: 'ALTER TABLE customers ALTER id TYPE numeric', before: KEYS },
      {
        sql: 'BEGIN; ALTER TABLE other ADD COLUMN a int; ALTER TABLE orders DROP CONSTRAINT orders_customer_fkey; COMMIT;',
        before: KEYS,
        settings: { hasLockTimeout: true },
        at: '1:44',
      },
      {
        sql: 'DROP TABLE lines',
        settings: {
          tables: {
            'public.lines': {
              exists: true,
              rows: null,
              bytes: null,
              accessesPerSecond: null,
              foreignKeys: [{ name: 'k', columns: ['order_id'], references: 'public.orders' }],
            },
          },
        },
        safe: 'ALTER TABLE lines DROP CONSTRAINT k;',
      },
    ],
    leaves: [
      {
        sql: "SET lock_timeout = '1s'; ALTER TABLE orders DROP CONSTRAINT orders_customer_fkey",
        before: KEYS,
      },
      { sql: 'DROP TABLE orders', before: KEYS, settings: { hasLockTimeout: true } },
      { sql: 'ALTER TABLE orders DROP CONSTRAINT orders_pkey', before: KEYS },
      { sql: 'DROP TABLE customers', before: 'CREATE TABLE customers (id int);' },
      'DROP TABLE unknown',
      'ALTER TABLE orders DROP CONSTRAINT orders_total_check',
      { sql: 'ALTER TABLE orders ALTER id TYPE numeric', before: KEYS },
    ],
  },
  'many-exclusive-locks': {
    finds: [
      {
        sql: 'BEGIN; ALTER TABLE a ADD COLUMN x int; ALTER TABLE b ADD COLUMN x int; ALTER TABLE c ADD COLUMN x int; COMMIT;',
        at: '1:40',
      },
      { sql: 'ALTER TABLE a ADD COLUMN x int;\nDROP TABLE b;', settings: IN_TRANSACTION, at: '2:1' },
      { sql: 'LOCK TABLE a IN ACCESS EXCLUSIVE MODE; TRUNCATE b', settings: IN_TRANSACTION, at: '1:40' },
      {
        sql: 'DO $$ BEGIN ALTER TABLE a ADD COLUMN x int; ALTER TABLE b ADD COLUMN x int; END $$',
        at: '1:45',
      },
      {
        sql: 'BEGIN; ALTER TABLE a ADD x int; ALTER TABLE b ADD x int; COMMIT; BEGIN; ALTER TABLE a ADD y int; ALTER TABLE b ADD y int; COMMIT;',
        at: '1:33',
        count: 2,
      },
    ],
    leaves: [
      'ALTER TABLE a ADD COLUMN x int; ALTER TABLE b ADD COLUMN x int;',
      {
        sql: 'ALTER TABLE a ADD x int; ALTER TABLE a ADD y int; ALTER TABLE public.a ADD z int',
        settings: IN_TRANSACTION,
      },
      {
        sql: 'CREATE TABLE a (); ALTER TABLE a ADD x int; ALTER TABLE b ADD x int',
        settings: IN_TRANSACTION,
      },
      { sql: 'ALTER TABLE p DETACH PARTITION a', settings: IN_TRANSACTION },
      { sql: 'CREATE INDEX i ON a (x); CREATE INDEX j ON b (x)', settings: IN_TRANSACTION },
    ],
  },
  'trigger-rule-or-policy': {
    finds: [
      {
        sql: 'CREATE TRIGGER t BEFORE UPDATE ON shop.orders FOR EACH ROW EXECUTE FUNCTION f()',
        safe: "SET lock_timeout = '1s';\nCREATE TRIGGER t BEFORE UPDATE ON shop.orders FOR EACH ROW EXECUTE FUNCTION f();",
      },
      { sql: 'CREATE OR REPLACE TRIGGER t AFTER INSERT ON orders EXECUTE FUNCTION f()' },
      { sql: 'CREATE CONSTRAINT TRIGGER t AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION f()' },
      { sql: 'CREATE POLICY p ON orders USING (true)' },
      { sql: "SET LOCAL lock_timeout = '2s'; CREATE POLICY p ON orders USING (true)", at: '1:32' },
      {
        sql: "BEGIN; SET LOCAL lock_timeout = '2s'; COMMIT; CREATE POLICY p ON orders USING (true)",
        at: '1:47',
      },
      {
        sql: 'CREATE RULE r AS ON INSERT TO orders DO NOTHING',
        settings: { hasLockTimeout: true },
        safe: 'Write a trigger',
      },
      {
        sql: 'ALTER TABLE other ADD COLUMN a int; CREATE POLICY p ON orders USING (true);',
        settings: { hasLockTimeout: true, inTransaction: true },
        at: '1:37',
      },
    ],
    leaves: [
      {
        sql: 'CREATE TRIGGER t BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION f()',
        settings: { hasLockTimeout: true },
      },
      "BEGIN; SET LOCAL lock_timeout = '2s'; CREATE POLICY p ON orders USING (true); COMMIT;",
      'CREATE TABLE orders (id int); CREATE TRIGGER t BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION f();',
      'CREATE VIEW v AS SELECT 1 AS a; CREATE RULE r AS ON INSERT TO v DO INSTEAD NOTHING;',
      'CREATE EVENT TRIGGER t ON ddl_command_end EXECUTE FUNCTION f()',
    ],
  },
  'change-table-storage': {
    finds: [
      { sql: 'ALTER TABLE events SET UNLOGGED', safe: 'quiet window' },
      { sql: 'ALTER TABLE events SET LOGGED' },
      { sql: 'ALTER TABLE events SET ACCESS METHOD columnar' },
      { sql: 'ALTER TABLE events SET TABLESPACE fast' },
      { sql: 'ALTER TABLE orders SET UNLOGGED', before: ORDERS },
      { sql: 'ALTER TABLE a ADD COLUMN b int, SET LOGGED', at: '1:33' },
    ],
    leaves: [
      'ALTER TABLE events SET (fillfactor = 70)',
      'CREATE TABLE events (id int); ALTER TABLE events SET UNLOGGED;',
      { sql: 'ALTER TABLE orders SET LOGGED', before: ORDERS },
      { sql: 'ALTER TABLE u SET UNLOGGED', before: 'CREATE UNLOGGED TABLE u (id int);' },
      'ALTER INDEX i SET TABLESPACE fast',
    ],
  },
};
