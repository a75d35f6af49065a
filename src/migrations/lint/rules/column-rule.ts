import type { NodeKind } from '../parse/sql-parser.ts';
import { definedColumns, withTypes, type DefinedColumn } from '../parse/defined-columns.ts';
import type { Statement } from '../parse/statement.ts';
import type { Found, Rule } from '../rule.ts';

/** What a rule about the types of columns is made of. */
export interface ColumnRule extends Pick<Rule, 'id' | 'title' | 'what' | 'why' | 'unsafe'> {
  /** What is wrong with a column, and the type it should have; null: nothing. */
  readonly check: (
    column: DefinedColumn,
    statement: Statement,
  ) => { readonly message: string; readonly type: string } | null;
}

const KINDS: readonly NodeKind[] = ['CreateStmt', 'CreateSchemaStmt', 'AlterTableStmt'];

/** A piece of advice about the type of a column, in new tables too: there it is cheapest to follow. */
export function columnRule({ check, ...about }: ColumnRule): Rule {
  const checkAll = (_: unknown, statement: Statement): readonly Found[] => {
    const wrong = definedColumns(statement.node, statement).flatMap((column) => {
      const found = check(column, statement);
      return found === null ? [] : [{ column, ...found }];
    });
    // All of them at once: a statement is corrected in one go.
    return wrong.map(({ column, message }) => ({
      message,
      table: column.table,
      at: column.typeAt,
      why: null,
      locks: [],
      safeForm: () => withTypes(wrong, statement),
    }));
  };
  return {
    ...about,
    severity: 'advice',
    isForNewTables: true,
    checks: Object.fromEntries(KINDS.map((kind) => [kind, checkAll])),
  };
}
