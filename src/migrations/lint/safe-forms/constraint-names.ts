import type { Constraint } from 'libpg-query';
import { defaultConstraintName } from '../history/constraint-state.ts';
import { keyOf } from '../history/schema-history.ts';
import type { ConstraintState } from '../history/schema-history.ts';
import type { LintContext } from '../lint-context.ts';
import { columnsIn } from '../parse/expressions.ts';
import { strings } from '../parse/names.ts';
import type { TableCommand } from '../parse/table-commands.ts';

/** Names constraints as the server would: those of one statement in their order. */
export interface ConstraintNames {
  /** What a constraint is called; `column`: that of the definition in which it stands, null where it stands for itself. */
  nameOf(constraint: Constraint, column: string | null): string;
}

const KINDS: Partial<Record<NonNullable<Constraint['contype']>, ConstraintState['kind']>> = {
  CONSTR_CHECK: 'check',
  CONSTR_FOREIGN: 'foreign-key',
  CONSTR_UNIQUE: 'unique',
  CONSTR_PRIMARY: 'primary-key',
};

/** The names that are taken before a command: by the table, and by what its statement has added already. */
export function constraintNames(added: TableCommand, context: LintContext): ConstraintNames {
  const { history } = context;
  const { name: table, schema } = added.table;
  const taken = new Set(context.table(added.table)?.constraints.keys() ?? []);
  // An index upholds the constraint, and has its name.
  const isTaken = (name: string, kind: ConstraintState['kind']): boolean =>
    taken.has(name) ||
    ((kind === 'unique' || kind === 'primary-key') && history.indexes.has(keyOf(history, { schema, name })));
  const names: ConstraintNames = {
    nameOf(constraint, column) {
      const kind = KINDS[constraint.contype ?? 'CONSTR_NULL'];
      if (constraint.conname !== undefined || kind === undefined) return constraint.conname ?? '';
      const columns = columnsOf(constraint, column);
      let name = defaultConstraintName(kind, table, columns);
      for (let number = 1; isTaken(name, kind); number += 1)
        name = defaultConstraintName(kind, table, columns, number);
      taken.add(name);
      return name;
    },
  };
  for (const { subtype, def } of added.before) {
    if (subtype === 'AT_AddConstraint' && def !== undefined && 'Constraint' in def)
      names.nameOf(def.Constraint, null);
    if (subtype !== 'AT_AddColumn' || def === undefined || !('ColumnDef' in def)) continue;
    const { colname = '', constraints = [] } = def.ColumnDef;
    for (const node of constraints) if ('Constraint' in node) names.nameOf(node.Constraint, colname);
  }
  return names;
}

/** A check is named after what it looks at, wherever it stands. */
function columnsOf(constraint: Constraint, column: string | null): readonly string[] {
  if (constraint.contype === 'CONSTR_CHECK') return columnsIn(constraint.raw_expr);
  if (column !== null) return [column];
  return strings(constraint.contype === 'CONSTR_FOREIGN' ? constraint.fk_attrs : constraint.keys);
}
