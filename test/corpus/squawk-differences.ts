/** Which of our rules say the same as a rule of squawk. */
export const SAME: Readonly<Record<string, readonly string[]>> = {
  'adding-field-with-default': ['add-column-rewrite'],
  'adding-foreign-key-constraint': ['add-foreign-key'],
  'adding-not-nullable-field': ['set-not-null'],
  'adding-required-field': ['add-required-column'],
  'adding-serial-primary-key-field': ['add-primary-key'],
  'ban-alter-domain-with-add-constraint': ['domain-with-check'],
  'ban-char-field': ['char-type'],
  'ban-concurrent-index-creation-in-transaction': ['concurrent-in-transaction'],
  'ban-create-domain-with-constraint': ['domain-with-check'],
  'ban-drop-column': ['drop-column'],
  'ban-drop-database': ['drop-database'],
  'ban-drop-not-null': ['drop-not-null'],
  'ban-drop-table': ['drop-table'],
  'ban-truncate-cascade': ['truncate-cascade'],
  'ban-uncommitted-transaction': ['uncommitted-transaction'],
  'changing-column-type': ['change-column-type'],
  'constraint-missing-not-valid': [
    'add-foreign-key',
    'add-check-constraint',
    'validate-in-same-transaction',
    'add-unique-constraint',
  ],
  'disallowed-unique-constraint': ['add-unique-constraint'],
  'identifier-too-long': ['long-identifier'],
  'prefer-bigint-over-int': ['narrow-id', 'serial-type'],
  'prefer-bigint-over-smallint': ['narrow-id', 'serial-type'],
  'prefer-identity': ['serial-type'],
  'prefer-repack': ['vacuum-full'],
  'prefer-robust-stmts': ['not-rerunnable'],
  'prefer-text-field': ['varchar-length'],
  'prefer-timestamp-tz': ['timestamp-without-time-zone'],
  'renaming-column': ['rename-column'],
  'renaming-table': ['rename-table'],
  'require-concurrent-index-creation': ['create-index-not-concurrent'],
  'require-concurrent-index-deletion': ['drop-index-not-concurrent'],
  'require-concurrent-partition-detach': ['detach-partition-not-concurrent'],
  'require-concurrent-reindex': ['reindex-not-concurrent'],
  'require-enum-value-ordering': ['enum-value-position'],
  'require-lock-timeout': ['missing-lock-timeout'],
  'require-statement-timeout': ['missing-statement-timeout'],
  'require-table-schema': ['unqualified-table'],
  'transaction-nesting': ['nested-transaction'],
  'unused-ignore': ['ignore-unused'],
};

/** Why one of the two finds something that the other does not. */
export interface Explanation {
  /** Who finds it. */
  readonly side: 'ours' | 'squawk';
  readonly rule: string;
  readonly reason: string;
  /** How the statements begin that it is true of, blanks as one; none: of all that the rule finds. */
  readonly statements?: readonly string[];
}

const NO_SUCH_RULE = 'squawk has no such rule.';
const WITHIN_SCHEMA = 'squawk does not look at what CREATE SCHEMA makes along with the schema.';
const MADE_HERE =
  'The file has made the table itself: nobody can be using it, and it has no rows to wait for.';
const INSIDE_BLOCKS = 'squawk does not look into blocks of code.';
const RUNS_TWICE =
  'Another idea of the same: ours leaves alone what may be run twice anyway, what runs in a transaction, and the last statement of a file.';

/** Every difference on the corpus. One that is not here fails the test, and so does one here that is no difference. */
export const EXPLANATIONS: readonly Explanation[] = [
  ...[
    'add-column-json',
    'add-exclusion-constraint',
    'attach-partition-scan',
    'backfill-with-ddl',
    'change-composite-type',
    'change-table-storage',
    'changed-default',
    'column-order',
    'create-partition-of',
    'drop-foreign-key',
    'drop-object',
    'drop-schema',
    'enum-value-in-transaction',
    'ignore-unknown',
    'ignore-without-reason',
    'index-corruption',
    'index-if-not-exists',
    'locks-referenced-table',
    'many-exclusive-locks',
    'opaque-code',
    'recreate-table',
    'rename-enum-value',
    'rename-schema',
    'revoke-right',
    'row-security-without-policy',
    'refresh-not-concurrent',
    'set-expression',
    'trigger-rule-or-policy',
    'truncate',
    'view-uses-column',
    'whole-table-write',
    'many-index-columns',
  ].map((rule): Explanation => ({ side: 'ours', rule, reason: NO_SUCH_RULE })),

  // What only ours finds, though squawk has a rule for its kind.
  {
    side: 'ours',
    rule: 'add-check-constraint',
    reason: 'squawk looks at constraints of the table, not at one in the definition of a column.',
    statements: ['ALTER TABLE orders ADD COLUMN tax'],
  },
  {
    side: 'ours',
    rule: 'add-column-rewrite',
    reason: 'A serial, and a domain with a CHECK, rewrite the table as well (Postgres 18, measured).',
    statements: ['ALTER TABLE orders ADD COLUMN position', 'ALTER TABLE orders ADD COLUMN discount'],
  },
  {
    side: 'ours',
    rule: 'add-column-rewrite',
    reason: 'The default of a domain is drawn for each row as well (Postgres 18, measured).',
    statements: ['ALTER TABLE orders ADD COLUMN key uid'],
  },
  {
    side: 'squawk',
    rule: 'changing-column-type',
    reason: 'The same bytes as before: Postgres changes only the catalog (Postgres 18, measured).',
    statements: [
      'ALTER TABLE orders ALTER COLUMN x TYPE text',
      'ALTER TABLE orders ALTER COLUMN code TYPE oid',
      'ALTER TABLE orders ALTER COLUMN span TYPE interval',
    ],
  },
  {
    side: 'ours',
    rule: 'add-required-column',
    reason: 'DEFAULT NULL is no default: Postgres refuses the column where there are rows.',
    statements: ['ALTER TABLE orders ADD COLUMN c '],
  },
  {
    side: 'ours',
    rule: 'concurrent-in-transaction',
    reason:
      'squawk knows only CREATE INDEX; DROP INDEX, REINDEX and DETACH PARTITION fail inside a transaction, too.',
    statements: ['DROP INDEX CONCURRENTLY', 'ALTER TABLE events DETACH', 'REINDEX INDEX CONCURRENTLY'],
  },
  { side: 'ours', rule: 'create-index-not-concurrent', reason: INSIDE_BLOCKS, statements: ['DO $$'] },
  { side: 'ours', rule: 'drop-column', reason: INSIDE_BLOCKS, statements: ['DO $$'] },
  { side: 'ours', rule: 'drop-table', reason: INSIDE_BLOCKS, statements: ['DO $$'] },
  {
    side: 'ours',
    rule: 'drop-table',
    reason: 'A release asks views and foreign tables as it asks tables.',
    statements: ['DROP VIEW', 'DROP MATERIALIZED VIEW', 'DROP FOREIGN TABLE'],
  },
  {
    side: 'ours',
    rule: 'domain-with-check',
    reason: 'SET NOT NULL of a domain reads every table that uses it, as ADD CONSTRAINT does.',
    statements: ['ALTER DOMAIN email SET NOT NULL'],
  },
  { side: 'ours', rule: 'ignore-unused', reason: 'squawk reads its own directives, and we ours.' },
  {
    side: 'ours',
    rule: 'missing-lock-timeout',
    reason:
      'Both say it once in a file: squawk at the first ALTER TABLE, ours at the first one that anybody can wait behind.',
    statements: ['ALTER TABLE orders ADD COLUMN note'],
  },
  {
    side: 'ours',
    rule: 'missing-statement-timeout',
    reason:
      'Both say it once in a file: squawk at the first statement, ours at the first one whose work grows with the table.',
    statements: ['ALTER TABLE orders ADD CONSTRAINT orders_total_check'],
  },
  {
    side: 'ours',
    rule: 'not-rerunnable',
    reason: 'squawk does not look at these kinds of statements, which fail the second time as well.',
    statements: [
      'ALTER DOMAIN email RENAME',
      'ALTER DOMAIN shop.zip SET SCHEMA',
      'ALTER INDEX',
      'ALTER TYPE address',
      'ALTER TYPE mail SET SCHEMA',
      'ALTER TYPE mood RENAME',
      'ALTER TYPE order_state ADD VALUE',
      'ALTER TYPE parcel SET SCHEMA',
      'ALTER TYPE shop.address',
      'ALTER VIEW',
      'ALTER SCHEMA',
      'CREATE DOMAIN',
      'CREATE FUNCTION',
      'CREATE POLICY',
      'CREATE SEQUENCE',
      'CREATE TRIGGER',
      'CREATE TYPE',
      'CREATE VIEW',
      'DROP FOREIGN TABLE',
      'DROP POLICY',
      'DROP SCHEMA',
      'DROP TRIGGER',
      'DROP VIEW',
    ],
  },
  ...['not-rerunnable', 'serial-type', 'char-type', 'missing-lock-timeout'].map((rule): Explanation => ({
    side: 'ours',
    rule,
    reason: WITHIN_SCHEMA,
    statements: ['CREATE SCHEMA'],
  })),
  {
    side: 'squawk',
    rule: 'require-lock-timeout',
    reason: `${WITHIN_SCHEMA} It names an index over a table that the same statement makes.`,
    statements: ['CREATE SCHEMA billing'],
  },
  {
    side: 'squawk',
    rule: 'require-concurrent-index-creation',
    reason: MADE_HERE,
    statements: ['CREATE INDEX ON billing.invoices'],
  },
  {
    side: 'ours',
    rule: 'rename-column',
    reason: 'A release names the columns of views as those of tables.',
    statements: ['ALTER VIEW open_orders RENAME COLUMN'],
  },
  {
    side: 'ours',
    rule: 'rename-table',
    reason: 'A view that is renamed, and a table in another schema, are gone for a release just the same.',
    statements: ['ALTER VIEW open_orders RENAME TO', 'ALTER TABLE customers SET SCHEMA'],
  },
  {
    side: 'ours',
    rule: 'unqualified-table',
    reason: 'squawk does not look at the table of an index.',
    statements: ['CREATE INDEX CONCURRENTLY orders_total_idx'],
  },
  {
    side: 'ours',
    rule: 'vacuum-full',
    reason:
      'squawk speaks up only for servers from 19 on, where Postgres itself can do it beside the running app.',
  },

  // What only squawk finds.
  {
    side: 'squawk',
    rule: 'adding-field-with-default',
    reason: 'A virtual generated column (18) is computed when it is read: nothing is written.',
    statements: ['ALTER TABLE orders ADD COLUMN net_rounded'],
  },
  {
    side: 'squawk',
    rule: 'adding-not-nullable-field',
    reason: 'A valid CHECK proves it: no row is looked at.',
    statements: ['ALTER TABLE parcels ALTER COLUMN code SET NOT NULL'],
  },
  {
    side: 'squawk',
    rule: 'ban-alter-domain-with-add-constraint',
    reason: 'NOT VALID locks nothing: it is the safe form.',
    statements: ['ALTER DOMAIN email ADD CONSTRAINT email_length2'],
  },
  {
    side: 'ours',
    rule: 'duplicate-assignment',
    reason: 'squawk has the rule from a later version on than the one that is installed for the tests.',
  },
  {
    side: 'squawk',
    rule: 'ban-char-field',
    reason: 'It takes character varying(n) for character(n); varchar(n) beside it is no such thing.',
    statements: ['CREATE TABLE customers (id bigint PRIMARY KEY, name varchar(80) NOT NULL, "Straße"'],
  },
  {
    side: 'squawk',
    rule: 'ban-char-field',
    reason: 'In quotes it is another type: one byte, as in the catalog.',
    statements: ['CREATE TABLE names'],
  },
  {
    side: 'squawk',
    rule: 'ban-concurrent-index-creation-in-transaction',
    reason: 'The transaction before was rolled back: none is open.',
    statements: ['CREATE INDEX CONCURRENTLY orders_state_idx'],
  },
  {
    side: 'squawk',
    rule: 'ban-create-domain-with-constraint',
    reason: 'A default is no constraint.',
    statements: ['CREATE DOMAIN words AS text DEFAULT'],
  },
  {
    side: 'squawk',
    rule: 'ban-drop-table',
    reason: 'A directive of ours leaves it out.',
    statements: ['DROP TABLE carts', 'DROP TABLE coupons'],
  },
  {
    side: 'squawk',
    rule: 'changing-column-type',
    reason: 'By the type that the column has it is free: only the catalog changes.',
    statements: [
      'ALTER TABLE orders ALTER COLUMN label TYPE text',
      'ALTER TABLE orders ALTER COLUMN amount TYPE numeric(14,2)',
      'ALTER TABLE orders ALTER COLUMN number TYPE text',
    ],
  },
  {
    side: 'squawk',
    rule: 'constraint-missing-not-valid',
    reason: 'NOT ENFORCED (18) is never looked at.',
    statements: ['ALTER TABLE orders ADD CONSTRAINT orders_total_check3'],
  },
  {
    side: 'squawk',
    rule: 'constraint-missing-not-valid',
    reason:
      'EXCLUDE and PRIMARY KEY cannot be NOT VALID; add-exclusion-constraint and add-primary-key say what can be done.',
    statements: [
      'ALTER TABLE bookings ADD',
      'ALTER TABLE orders ADD PRIMARY KEY',
      'ALTER TABLE orders ADD CONSTRAINT orders_pkey',
      'ALTER TABLE parcels ADD PRIMARY KEY',
    ],
  },
  {
    side: 'squawk',
    rule: 'prefer-bigint-over-int',
    reason: 'Only the numbers of ids run out: a count or an amount has a size of its own.',
  },
  {
    side: 'squawk',
    rule: 'prefer-bigint-over-smallint',
    reason: 'Only the numbers of ids run out: a floor of a house is a small number.',
  },
  { side: 'squawk', rule: 'prefer-robust-stmts', reason: RUNS_TWICE },
  {
    side: 'squawk',
    rule: 'renaming-column',
    reason: 'Two columns change places in one transaction: the name is never gone.',
    statements: ['ALTER TABLE orders RENAME COLUMN total'],
  },
  {
    side: 'squawk',
    rule: 'renaming-table',
    reason: 'A view takes the old name in the same transaction: the name is never gone.',
    statements: ['ALTER TABLE customers RENAME TO clients'],
  },
  {
    side: 'squawk',
    rule: 'require-lock-timeout',
    reason: MADE_HERE,
    statements: ['ALTER TABLE parcels ADD COLUMN code'],
  },
  {
    side: 'squawk',
    rule: 'require-statement-timeout',
    reason:
      'A change of the catalog is over in a moment: only the wait for its lock needs a bound, which is lock_timeout.',
    statements: [
      'ALTER TABLE parcels DROP CONSTRAINT',
      'ALTER TABLE parcels ADD COLUMN code',
      'ALTER TABLE orders ADD COLUMN note',
      'CREATE OR REPLACE TRIGGER',
    ],
  },
  ...(
    [
      ['adding-field-with-default', ['ALTER TABLE parcels ADD COLUMN token']],
      ['adding-not-nullable-field', ['ALTER TABLE parcels ALTER COLUMN weight SET NOT NULL']],
      ['adding-required-field', ['ALTER TABLE parcels ADD COLUMN code']],
      ['adding-serial-primary-key-field', ['ALTER TABLE parcels ADD PRIMARY KEY']],
      ['ban-drop-column', ['ALTER TABLE parcels DROP COLUMN code']],
      ['ban-drop-not-null', ['ALTER TABLE parcels ALTER COLUMN code']],
      ['ban-drop-table', ['DROP TABLE scratch']],
      ['changing-column-type', ['ALTER TABLE parcels ALTER COLUMN']],
      ['renaming-column', ['ALTER TABLE parcels RENAME COLUMN']],
      ['renaming-table', ['ALTER TABLE parcels_new RENAME TO']],
      ['require-concurrent-index-creation', ['CREATE INDEX parcels_code_idx', 'CREATE INDEX chosen_id_idx']],
    ] as const
  ).map(([rule, statements]): Explanation => ({ side: 'squawk', rule, reason: MADE_HERE, statements })),
  ...(
    [
      ['adding-not-nullable-field', ['ALTER TABLE planned']],
      ['ban-drop-table', ['DROP TABLE planned']],
      ['require-concurrent-index-creation', ['CREATE INDEX planned_kind_idx']],
    ] as const
  ).map(([rule, statements]): Explanation => ({
    side: 'squawk',
    rule,
    reason: 'The database that was asked does not have the table: nobody can be using it.',
    statements,
  })),
];
