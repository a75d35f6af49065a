import { isAtLeastLock } from '../locks/table-lock.ts';
import type { LintContext, LintedFile } from '../lint-context.ts';
import { sayName } from '../parse/names.ts';
import type { NodeKind } from '../parse/sql-parser.ts';
import type { Statement } from '../parse/statement.ts';
import type { Found, Rule } from '../rule.ts';

const WORKING: readonly NodeKind[] = [
  'AlterTableStmt',
  'AlterDomainStmt',
  'ClusterStmt',
  'IndexStmt',
  'RefreshMatViewStmt',
  'ReindexStmt',
  'VacuumStmt',
];

/** Row 23: what works under a lock may do so for hours. */
export const missingStatementTimeout: Rule = {
  id: 'missing-statement-timeout',
  title: 'No statement_timeout',
  severity: 'advice',
  what:
    'The first statement of a file that reads or writes a whole table while it keeps out readers or writers, where the ' +
    'file has not set statement_timeout before.',
  why:
    'lock_timeout bounds the wait for a lock and not how long it is held. On a table that grew, a statement that took a ' +
    'second in a test takes minutes, and the app stands still until somebody finds and ends it.',
  unsafe: 'ALTER TABLE orders ADD CHECK (total >= 0);',
  isBySize: true,
  checks: Object.fromEntries(
    WORKING.map((kind) => [
      kind,
      (_: unknown, statement: Statement, context: LintContext) => check(statement, context),
    ]),
  ),
};

/** In a file one is enough. */
const told = new WeakSet<LintedFile>();

function check(statement: Statement, context: LintContext): readonly Found[] {
  if (context.hasStatementTimeout || told.has(context.file)) return [];
  const lock = context.locks.find(
    ({ lock, table, work }) =>
      isAtLeastLock(lock, 'Share') && work !== 'none' && work !== 'rows' && !context.isNew(table),
  );
  if (lock === undefined) return [];
  told.add(context.file);
  const isLocal = context.transaction !== null;
  return [
    {
      message: `Nothing bounds how long this keeps its lock on ${sayName(lock.table)}.`,
      table: lock.table,
      safeForm: `SET ${isLocal ? 'LOCAL ' : ''}statement_timeout = '5s';\n${statement.text};`,
    },
  ];
}
