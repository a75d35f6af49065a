import type { NodeKind } from '../parse/sql-parser.ts';
import { definedColumns, type DefinedColumn } from '../parse/defined-columns.ts';
import type { LintContext } from '../lint-context.ts';
import type { Statement } from '../parse/statement.ts';
import type { Found, Rule } from '../rule.ts';

/** What a rule about the types of columns is made of. */
export interface ColumnRule extends Pick<Rule, 'id' | 'title' | 'what' | 'why' | 'unsafe'> {
  /** Null: nothing is found. */
  readonly check: (
    column: DefinedColumn,
    statement: Statement,
    context: LintContext,
  ) => Pick<Found, 'message' | 'safeForm'> | null;
}

const KINDS: readonly NodeKind[] = ['CreateStmt', 'AlterTableStmt'];

/** A piece of advice about the type of a column, in new tables too: there it is cheapest to follow. */
export function columnRule({ check, ...about }: ColumnRule): Rule {
  const checkAll = (_: unknown, statement: Statement, context: LintContext): readonly Found[] =>
    definedColumns(statement.node, statement).flatMap((column) => {
      const found = check(column, statement, context);
      return found === null
        ? []
        : [{ ...found, table: column.table, at: column.typeAt, why: null, locks: [] }];
    });
  return {
    ...about,
    severity: 'advice',
    isForNewTables: true,
    checks: Object.fromEntries(KINDS.map((kind) => [kind, checkAll])),
  };
}
