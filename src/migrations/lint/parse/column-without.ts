import type { Constraint } from 'libpg-query';
import { nodesIn } from './expressions.ts';
import type { TableCommand } from './table-commands.ts';

/** The words of an ADD COLUMN without one of its constraints: `ADD COLUMN total int NOT NULL`. */
export function columnWithout(added: TableCommand, constraint: Constraint): string {
  const { statement, start, end } = added;
  const from = statement.at(constraint.location ?? 0);
  const next = placesOfConstraints(added).find((place) => place > from);
  const text = `${statement.text.slice(start, from).trimEnd()} ${statement.text.slice(next ?? end, end)}`;
  return text.trimEnd();
}

/** Where the constraints of the column begin; DEFERRABLE and the like belong to the one before them. */
function placesOfConstraints({ command, statement }: TableCommand): readonly number[] {
  return constraintsOf(command.def)
    .filter(({ contype }) => contype?.startsWith('CONSTR_ATTR_') !== true)
    .map(({ location }) => statement.at(location ?? 0))
    .sort((one, other) => one - other);
}

function constraintsOf(def: unknown): readonly Constraint[] {
  return [...nodesIn(def)].flatMap((node) => ('Constraint' in node ? [node.Constraint] : []));
}

/** Whether a constraint in a column's definition is put off: what stands behind it says so. */
export function deferral(
  constraints: readonly Constraint[],
  constraint: Constraint,
): { readonly isDeferrable: boolean; readonly isDeferred: boolean } {
  const behind = constraints.slice(constraints.indexOf(constraint) + 1);
  const end = behind.findIndex(({ contype }) => contype?.startsWith('CONSTR_ATTR_') !== true);
  const own = end === -1 ? behind : behind.slice(0, end);
  const has = (type: Constraint['contype']) => own.some(({ contype }) => contype === type);
  return { isDeferrable: has('CONSTR_ATTR_DEFERRABLE'), isDeferred: has('CONSTR_ATTR_DEFERRED') };
}

/** The words of a constraint that stands for itself, without its name: `FOREIGN KEY (a) REFERENCES b (c)`. */
export function constraintText({ statement, end }: TableCommand, { location = 0 }: Constraint): string {
  const at = statement.at(location);
  const tokens = statement.tokens().filter(({ start }) => start >= at);
  const first = tokens[0]?.text.toLowerCase() === 'constraint' ? tokens[2] : tokens[0];
  return statement.text.slice(first?.start ?? at, end);
}
