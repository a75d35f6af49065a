import { expect } from 'vitest';
import type { LintSettings } from '../../src/migrations/lint/lint-input.ts';
import { lintSql } from '../../src/migrations/lint/lint-sql.ts';
import { ALL_RULES } from '../../src/migrations/lint/rules/all-rules.ts';

/** Tables of which some are awkward: without a key, partitioned, in a schema of their own with names that need quotes. */
export const FORM_SCHEMA: string = `
CREATE SCHEMA shop;
CREATE TABLE customers (id bigint PRIMARY KEY, name text);
CREATE TABLE orders (
  id bigint PRIMARY KEY, customer_id bigint CONSTRAINT orders_customer_fkey REFERENCES customers (id),
  other_id bigint, total integer NOT NULL, number varchar(10), price numeric(10,2), placed timestamp, note text
);
CREATE INDEX orders_placed_idx ON orders (placed);
CREATE INDEX orders_total_idx ON orders (total);
CREATE TABLE shop."Orders" ("Id" bigint NOT NULL, "Größe" integer, "order" text);
CREATE TABLE keyless (a bigint, b text NOT NULL);
CREATE TABLE logs (id bigint, at date NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE INDEX logs_at_idx ON logs (at);
CREATE TABLE logs_1 PARTITION OF logs FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%');
CREATE VIEW numbers AS SELECT id, number FROM orders;
CREATE VIEW some_numbers AS SELECT number FROM numbers WHERE id < 5;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
`;

/** Their rows. */
export const FORM_ROWS: string = `
INSERT INTO customers SELECT n, 'name' FROM generate_series(1, 50) AS n;
INSERT INTO orders SELECT n, n, n, n * 2, n::text, n, '2026-01-01'::timestamp + n * interval '1 h', 'n' || n
FROM generate_series(1, 50) AS n;
INSERT INTO shop."Orders" SELECT n, n, 'x' FROM generate_series(1, 50) AS n;
INSERT INTO keyless SELECT n, 'b' FROM generate_series(1, 50) AS n;
INSERT INTO logs SELECT n, '2025-03-01'::date + n FROM generate_series(1, 50) AS n;
`;

/** A statement that has a safe form. */
export interface SafeFormCase {
  readonly rule: string;
  readonly sql: string;
  readonly version?: number;
  /** What the safe form leaves to do when no release needs it any more. */
  readonly lastly?: string;
  /** Columns whose values are drawn by chance. */
  readonly without?: readonly string[];
  /** Where the result is another one on purpose: only the rows are compared. */
  readonly isOtherCatalog?: boolean;
  /** Code of the release before cannot write as it did from here on, whatever one does: how that statement begins. */
  readonly oldCodeUntil?: string;
}

/** Each way in which safe forms are written. */
export const FORM_CASES: readonly SafeFormCase[] = [
  { rule: 'create-index-not-concurrent', sql: 'CREATE INDEX i ON orders (total)' },
  { rule: 'create-index-not-concurrent', sql: 'CREATE INDEX ON orders (lower(note), total DESC NULLS LAST)' },
  {
    rule: 'create-index-not-concurrent',
    sql: 'CREATE UNIQUE INDEX u ON orders USING btree (number COLLATE "C" text_pattern_ops) INCLUDE (total) NULLS NOT DISTINCT WITH (fillfactor = 70) WHERE total > 0',
  },
  { rule: 'create-index-not-concurrent', sql: 'CREATE INDEX "Ix" ON shop."Orders" ("Größe", "order")' },
  {
    rule: 'create-index-not-concurrent',
    sql: 'CREATE INDEX IF NOT EXISTS orders_note_idx ON orders (note)',
  },
  {
    rule: 'create-index-not-concurrent',
    sql: 'CREATE INDEX i ON orders /* for the report */ ((total + 1)) -- the sum',
  },
  { rule: 'create-index-not-concurrent', sql: 'CREATE INDEX ON orders (total)' },
  {
    rule: 'create-index-not-concurrent',
    sql: 'CREATE INDEX ON orders ((total + 1), (total - 1), coalesce(total, 1), (total::text)) INCLUDE (note)',
  },
  { rule: 'drop-index-not-concurrent', sql: 'DROP INDEX orders_total_idx' },
  { rule: 'drop-index-not-concurrent', sql: 'DROP INDEX IF EXISTS nothing' },
  { rule: 'reindex-not-concurrent', sql: 'REINDEX TABLE orders' },
  { rule: 'reindex-not-concurrent', sql: 'REINDEX (VERBOSE) INDEX orders_total_idx' },
  {
    rule: 'detach-partition-not-concurrent',
    sql: 'ALTER TABLE logs DETACH PARTITION logs_1',
    oldCodeUntil: 'ALTER TABLE logs DETACH',
    lastly: 'ALTER TABLE logs_1 DROP CONSTRAINT logs_1_at_check',
  },
  {
    rule: 'add-column-rewrite',
    sql: 'ALTER TABLE orders ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid()',
    without: ['token'],
  },
  {
    rule: 'add-column-rewrite',
    sql: 'ALTER TABLE orders ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid()',
    without: ['token'],
    version: 17,
  },
  {
    rule: 'add-column-rewrite',
    sql: 'ALTER TABLE orders ADD COLUMN token text STORAGE EXTERNAL COLLATE "C" DEFAULT gen_random_uuid()::text',
    without: ['token'],
  },
  {
    rule: 'add-column-rewrite',
    sql: 'ALTER TABLE shop."Orders" ADD "Luck" float DEFAULT (random() * 6 + 1)::int',
    without: ['Luck'],
  },
  { rule: 'add-column-rewrite', sql: 'ALTER TABLE keyless ADD COLUMN nr bigserial' },
  { rule: 'add-column-rewrite', sql: 'ALTER TABLE shop."Orders" ADD COLUMN "Nr" serial' },
  { rule: 'add-column-rewrite', sql: 'ALTER TABLE orders ADD COLUMN nr bigint GENERATED ALWAYS AS IDENTITY' },
  {
    rule: 'add-column-rewrite',
    sql: 'ALTER TABLE shop."Orders" ADD COLUMN "Nr" int GENERATED BY DEFAULT AS IDENTITY (START 7 INCREMENT 2)',
    version: 16,
  },
  {
    rule: 'add-column-rewrite',
    sql: 'ALTER TABLE orders ADD COLUMN twice int GENERATED ALWAYS AS (total * 2) STORED',
    isOtherCatalog: true,
  },
  {
    rule: 'add-column-rewrite',
    sql: 'ALTER TABLE orders ADD COLUMN twice int GENERATED ALWAYS AS (total * 2) STORED',
    version: 17,
    isOtherCatalog: true,
  },
  {
    rule: 'add-column-json',
    sql: "ALTER TABLE orders ADD COLUMN details json DEFAULT '{}'",
    isOtherCatalog: true,
  },
  { rule: 'set-not-null', sql: 'ALTER TABLE orders ALTER COLUMN note SET NOT NULL' },
  { rule: 'set-not-null', sql: 'ALTER TABLE shop."Orders" ALTER "Größe" SET NOT NULL', version: 17 },
  { rule: 'set-not-null', sql: 'ALTER TABLE orders ADD CONSTRAINT has_note NOT NULL note' },
  { rule: 'set-not-null', sql: 'ALTER TABLE orders ADD CONSTRAINT has_note NOT NULL note NO INHERIT' },
  {
    rule: 'add-foreign-key',
    sql: 'ALTER TABLE orders ADD CONSTRAINT k FOREIGN KEY (other_id) REFERENCES customers (id) ON DELETE SET NULL DEFERRABLE',
  },
  {
    rule: 'add-foreign-key',
    sql: 'ALTER TABLE ONLY shop."Orders" ADD FOREIGN KEY ("Größe") REFERENCES customers',
  },
  {
    rule: 'add-foreign-key',
    sql: 'ALTER TABLE orders ADD COLUMN c bigint NOT NULL DEFAULT 1 REFERENCES customers (id) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED',
  },
  { rule: 'add-foreign-key', sql: 'ALTER TABLE logs ADD CONSTRAINT k FOREIGN KEY (id) REFERENCES customers' },
  {
    rule: 'add-check-constraint',
    sql: "ALTER TABLE orders ADD CONSTRAINT c CHECK (total > 0 AND note <> ')')",
  },
  { rule: 'add-check-constraint', sql: 'ALTER TABLE orders ADD CHECK (total > id)' },
  {
    rule: 'add-check-constraint',
    sql: 'ALTER TABLE orders ADD COLUMN rate int DEFAULT 1 CHECK (rate > (0)) NOT NULL',
  },
  {
    rule: 'add-check-constraint',
    sql: 'ALTER TABLE orders ADD COLUMN rate int DEFAULT 1000000 CHECK (rate > total) NO INHERIT',
  },
  {
    rule: 'add-unique-constraint',
    sql: 'ALTER TABLE orders ADD CONSTRAINT u UNIQUE (number, id) INCLUDE (total)',
  },
  {
    rule: 'add-unique-constraint',
    sql: 'ALTER TABLE shop."Orders" ADD UNIQUE NULLS NOT DISTINCT ("Größe") DEFERRABLE INITIALLY DEFERRED',
  },
  { rule: 'add-unique-constraint', sql: 'ALTER TABLE orders ADD COLUMN slug text UNIQUE' },
  {
    rule: 'add-unique-constraint',
    sql: 'ALTER TABLE orders ADD COLUMN slug text -- in the URL\n UNIQUE -- one each\n COLLATE "C" CONSTRAINT said CHECK (slug <> \'\')',
  },
  {
    rule: 'add-unique-constraint',
    sql: 'ALTER TABLE orders ADD UNIQUE (number) WITH (fillfactor = 70, deduplicate_items = off)',
  },
  { rule: 'add-primary-key', sql: 'ALTER TABLE keyless ADD PRIMARY KEY (a, b)' },
  { rule: 'add-primary-key', sql: 'ALTER TABLE keyless ADD CONSTRAINT k PRIMARY KEY (a)', version: 17 },
  { rule: 'add-primary-key', sql: 'ALTER TABLE keyless ADD COLUMN id bigserial PRIMARY KEY' },
  {
    rule: 'add-primary-key',
    sql: 'ALTER TABLE shop."Orders" ADD COLUMN key uuid DEFAULT gen_random_uuid() PRIMARY KEY',
    without: ['key'],
  },
  {
    rule: 'change-column-type',
    sql: 'ALTER TABLE orders ALTER total TYPE bigint',
    lastly:
      'ALTER TABLE orders DROP COLUMN total_old; ALTER INDEX orders_total_idx_new RENAME TO orders_total_idx; ALTER TABLE orders RENAME CONSTRAINT orders_total_new_not_null TO orders_total_not_null',
  },
  {
    rule: 'change-column-type',
    sql: 'ALTER TABLE orders ALTER note TYPE integer USING substr(note, 2)::int + total',
    lastly: 'ALTER TABLE orders DROP COLUMN note_old',
    oldCodeUntil: 'BEGIN',
  },
  {
    rule: 'change-column-type',
    sql: 'ALTER TABLE shop."Orders" ALTER "Größe" TYPE text',
    lastly: 'ALTER TABLE shop."Orders" DROP COLUMN "Größe_old"',
  },
  {
    rule: 'change-column-type',
    sql: 'ALTER TABLE orders ALTER price TYPE numeric(12,3)',
    lastly: 'ALTER TABLE orders DROP COLUMN price_old',
  },
  { rule: 'view-uses-column', sql: 'ALTER TABLE orders ALTER number TYPE varchar(20)', isOtherCatalog: true },
  {
    rule: 'create-partition-of',
    sql: "CREATE TABLE logs_2 PARTITION OF logs FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
  },
  { rule: 'create-partition-of', sql: 'CREATE TABLE logs_other PARTITION OF logs DEFAULT' },
  {
    rule: 'create-partition-of',
    sql: "CREATE TABLE logs_2 PARTITION OF logs FOR VALUES FROM ('2026-01-01') TO ('2027-01-01') PARTITION BY LIST (id)",
  },
  { rule: 'locks-referenced-table', sql: 'ALTER TABLE orders DROP CONSTRAINT orders_customer_fkey' },
  {
    rule: 'trigger-rule-or-policy',
    sql: 'CREATE TRIGGER t BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch()',
  },
  {
    rule: 'row-security-without-policy',
    sql: 'ALTER TABLE shop."Orders" ENABLE ROW LEVEL SECURITY',
    isOtherCatalog: true,
  },
  { rule: 'trigger-rule-or-policy', sql: 'CREATE POLICY p ON orders FOR SELECT USING (total > 0)' },
];

/** What the linter writes for a statement, after a schema that is there already. */
export async function safeFormOf(
  { rule, sql, version = 18 }: Pick<SafeFormCase, 'rule' | 'sql' | 'version'>,
  schema: string = FORM_SCHEMA,
): Promise<string> {
  const settings: LintSettings = {
    postgresVersion: version,
    inTransaction: false,
    hasLockTimeout: false,
    tables: {},
  };
  const rules = ALL_RULES.filter(({ id }) => id === rule);
  const before = { file: 'before.sql', text: schema, hasRun: true };
  const { findings } = await lintSql([before, { file: 'now.sql', text: sql }], settings, rules);
  expect(findings).toHaveLength(1);
  return findings[0]?.safeForm ?? '';
}
