import type { NodeKind } from '../parse/sql-parser.ts';
import type { Statement } from '../parse/statement.ts';
import type { Found, Rule } from '../rule.ts';

/** Postgres docs, 4.1.1: NAMEDATALEN − 1. */
const NAME_BYTES_MAX = 63;

const NAMING: readonly NodeKind[] = [
  'AlterTableStmt',
  'CompositeTypeStmt',
  'CreateDomainStmt',
  'CreateEnumStmt',
  'CreateFunctionStmt',
  'CreatePolicyStmt',
  'CreateSchemaStmt',
  'CreateSeqStmt',
  'CreateStmt',
  'CreateTableAsStmt',
  'CreateTrigStmt',
  'IndexStmt',
  'RenameStmt',
  'ViewStmt',
];

/** Row 31: a name that is cut off. */
export const longIdentifier: Rule = {
  id: 'long-identifier',
  title: 'A name of more than 63 bytes',
  severity: 'warning',
  what: 'A name of more than 63 bytes in a statement that makes or renames something.',
  why:
    'Postgres cuts it off and says so only in a notice. Two names that differ behind that are one, and what asks the ' +
    'catalog for the whole name does not find it.',
  unsafe:
    'CREATE INDEX CONCURRENTLY orders_by_customer_and_state_and_region_for_the_monthly_report_idx ON orders (state);',
  isForNewTables: true,
  checks: Object.fromEntries(
    NAMING.map((kind) => [kind, (_: unknown, statement: Statement) => check(statement)]),
  ),
};

function check(statement: Statement): readonly Found[] {
  if (statement.text.length <= NAME_BYTES_MAX) return [];
  return statement.tokens().flatMap((token): Found[] => {
    if (!token.isWord) return [];
    const name = token.text.startsWith('"') ? token.text.slice(1, -1).replaceAll('""', '"') : token.text;
    if (Buffer.byteLength(name) <= NAME_BYTES_MAX) return [];
    const cut = Buffer.from(name)
      .subarray(0, NAME_BYTES_MAX)
      .toString()
      .replace(/\uFFFD+$/, '');
    return [
      {
        message: `${name} has ${Buffer.byteLength(name)} bytes: Postgres cuts it to ${cut}.`,
        at: token.start,
        why: null,
        locks: [],
        safeForm: `Give it a name of at most ${NAME_BYTES_MAX} bytes.`,
      },
    ];
  });
}
