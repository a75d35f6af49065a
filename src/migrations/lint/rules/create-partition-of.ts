import type { CreateStmt } from 'libpg-query';
import { relationName, sayName, sqlName } from '../parse/names.ts';
import type { SqlName } from '../parse/names.ts';
import type { Statement } from '../parse/statement.ts';
import type { Found, Rule } from '../rule.ts';
import { writeSteps } from '../safe-forms/write-steps.ts';

/** A partition is made while the whole table is locked. */
export const createPartitionOf: Rule = {
  id: 'create-partition-of',
  title: 'CREATE TABLE … PARTITION OF',
  severity: 'warning',
  what: 'A partition made in place for a table that is there already.',
  why:
    'It takes an ACCESS EXCLUSIVE lock on the whole partitioned table: all queries of all its partitions wait, and ' +
    'behind a long one that runs they wait for long. ATTACH PARTITION takes a lock that keeps nobody out.',
  unsafe: "CREATE TABLE orders_2026 PARTITION OF orders FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');",
  isBySize: true,
  checks: {
    CreateStmt: (create, statement) => found(create, (parent) => attached(create, parent, statement)),
    CreateSchemaStmt: ({ schemaElts = [] }) =>
      schemaElts.flatMap((one) => ('CreateStmt' in one ? found(one.CreateStmt, () => BY_ITSELF) : [])),
  },
};

const BY_ITSELF =
  'Take the partition out of CREATE SCHEMA: CREATE TABLE (LIKE the parent INCLUDING ALL) by itself, then ALTER TABLE … ATTACH PARTITION.';

function found(create: CreateStmt, safeForm: (parent: SqlName) => string): readonly Found[] {
  if (create.partbound === undefined) return [];
  const [first] = create.inhRelations ?? [];
  if (first === undefined || !('RangeVar' in first)) return [];
  const parent = relationName(first.RangeVar);
  return [
    {
      message: `CREATE TABLE … PARTITION OF locks all of ${sayName(parent)}.`,
      table: parent,
      safeForm: () => safeForm(parent),
    },
  ];
}

function attached(create: CreateStmt, parent: SqlName, statement: Statement): string {
  if ((create.tableElts ?? []).length > 0) {
    return '-- CREATE TABLE (LIKE the parent INCLUDING ALL) with what the partition has of its own, then ALTER TABLE … ATTACH PARTITION.';
  }
  const tokens = statement.tokens();
  const at = statement.at(create.partbound?.location ?? 0);
  // The tree points behind FOR VALUES, or at DEFAULT.
  const bound = tokens.findLast(
    ({ start, text }) => start <= at && (text.toLowerCase() === 'for' || text.toLowerCase() === 'default'),
  );
  const split = tokens.find(
    ({ start, text }, index) =>
      start > at && text.toLowerCase() === 'partition' && tokens[index + 1]?.text.toLowerCase() === 'by',
  );
  const behind = tokens.find(
    ({ start, text }) => start > at && ['with', 'tablespace', 'using'].includes(text.toLowerCase()),
  );
  const ends = [split?.start, behind?.start].filter((end) => end !== undefined);
  const end = ends.length === 0 ? statement.text.length : Math.min(...ends);
  const boundText = statement.text.slice(bound?.start ?? at, end).trim();
  const rest = statement.text.slice(end).trim();
  const guard = create.if_not_exists === true ? 'IF NOT EXISTS ' : '';
  const unlogged = create.relation?.relpersistence === 'u' ? 'UNLOGGED ' : '';
  const own = sqlName(relationName(create.relation));
  const like = `(LIKE ${sqlName(parent)} INCLUDING ALL EXCLUDING IDENTITY)`;
  return writeSteps([
    {
      sql: [`CREATE ${unlogged}TABLE ${guard}${own} ${like}${rest === '' ? '' : ` ${rest}`}`],
    },
    {
      note: 'If it is filled before: give it a CHECK that says the same as the bounds first, then it is not scanned.\nA DEFAULT partition is scanned for rows of the new one unless a CHECK of its own rules them out.',
      sql: [`ALTER TABLE ${sqlName(parent)} ATTACH PARTITION ${own} ${boundText}`],
    },
  ]);
}
