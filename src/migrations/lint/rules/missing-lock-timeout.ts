import { isAtLeastLock } from '../locks/table-lock.ts';
import type { LintContext, LintedFile } from '../lint-context.ts';
import { sayName } from '../parse/names.ts';
import type { NodeKind } from '../parse/sql-parser.ts';
import type { Statement } from '../parse/statement.ts';
import type { Checks, Found, Rule } from '../rule.ts';

/** All that can lock a table against readers or writers. */
const LOCKING: readonly NodeKind[] = [
  'AlterTableStmt',
  'AlterDomainStmt',
  'AlterObjectSchemaStmt',
  'ClusterStmt',
  'CreatePolicyStmt',
  'AlterPolicyStmt',
  'CreateSchemaStmt',
  'CreateStmt',
  'CreateTrigStmt',
  'DropStmt',
  'IndexStmt',
  'LockStmt',
  'RefreshMatViewStmt',
  'ReindexStmt',
  'RenameStmt',
  'RuleStmt',
  'TruncateStmt',
  'VacuumStmt',
];

/** Row 23: a lock is waited for as long as it takes, and everybody else behind it. */
export const missingLockTimeout: Rule = {
  id: 'missing-lock-timeout',
  title: 'No lock_timeout',
  severity: 'warning',
  what:
    'The first statement of a file that locks a table against readers or writers, where neither the file nor the tool ' +
    'has set lock_timeout before. Glidepath sets it for migrations that it runs.',
  why:
    'A lock that is waited for stands in a queue, and everybody who comes later stands behind it: one report that runs ' +
    'for ten minutes makes the shortest ALTER TABLE stop the app for ten minutes. With a timeout the migration gives up ' +
    'instead, and is tried again.',
  unsafe: 'ALTER TABLE orders ADD COLUMN note text;',
  checks: checksOf(LOCKING, check),
};

/** In a file one is enough. */
const told = new WeakSet<LintedFile>();

function check(statement: Statement, context: LintContext): readonly Found[] {
  if (context.hasLockTimeout || told.has(context.file)) return [];
  const lock = context.locks.find(({ lock, table }) => isAtLeastLock(lock, 'Share') && !context.isNew(table));
  if (lock === undefined) return [];
  told.add(context.file);
  const name = sayName(lock.table);
  const isLocal = context.transaction !== null;
  return [
    {
      message: `Nothing bounds how long this waits for its lock on ${name}, nor how long everybody else waits behind it.`,
      table: lock.table,
      why: `While it waits for one long query of ${name} to end, every later query of ${name} waits behind it.`,
      safeForm: `SET ${isLocal ? 'LOCAL ' : ''}lock_timeout = '1s';\n${statement.text};`,
    },
  ];
}

function checksOf(
  kinds: readonly NodeKind[],
  check: (statement: Statement, context: LintContext) => readonly Found[],
): Checks {
  return Object.fromEntries(
    kinds.map((kind) => [
      kind,
      (_: unknown, statement: Statement, context: LintContext) => check(statement, context),
    ]),
  );
}
