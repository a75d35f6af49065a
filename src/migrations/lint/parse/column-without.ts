import type { Constraint } from 'libpg-query';
import type { TableCommand } from './table-commands.ts';

/** The words of an ADD COLUMN without some of its constraints: `ADD COLUMN total int NOT NULL`. */
export function columnWithout(added: TableCommand, without: readonly Constraint[]): string {
  const places = placesIn(added);
  const gone = new Set(without.map(({ location }) => added.statement.at(location ?? 0)));
  const pieces = [added.start, ...places].map((from, index) =>
    gone.has(from) ? '' : tokensBetween(added, from, places[index] ?? added.end),
  );
  return pieces.filter((piece) => piece !== '').join(' ');
}

/** The words of one constraint in the definition of a column, without its name: `CHECK (total > 0) NO INHERIT`. */
export function columnConstraintText(added: TableCommand, { location = 0 }: Constraint): string {
  const from = added.statement.at(location);
  const next = placesIn(added).find((place) => place > from);
  return tokensBetween(added, behindName(added, from), next ?? added.end);
}

/** Where the constraints of the column begin, and its COLLATE; DEFERRABLE and the like belong to the one before them. */
function placesIn({ command, statement }: TableCommand): readonly number[] {
  const { def } = command;
  if (def === undefined || !('ColumnDef' in def)) return [];
  const { constraints = [], collClause } = def.ColumnDef;
  const places = constraints.flatMap((node) =>
    'Constraint' in node && node.Constraint.contype?.startsWith('CONSTR_ATTR_') !== true
      ? [node.Constraint.location ?? 0]
      : [],
  );
  if (collClause?.location !== undefined) places.push(collClause.location);
  return places.map((place) => statement.at(place)).sort((one, other) => one - other);
}

/** A comment at the end of a piece would swallow what comes behind it. */
function tokensBetween({ statement }: TableCommand, from: number, until: number): string {
  const tokens = statement.tokens().filter(({ start }) => start >= from && start < until);
  return statement.text.slice(tokens[0]?.start ?? from, tokens.at(-1)?.end ?? from);
}

/** What the words behind a constraint in a column's definition say of it: DEFERRABLE, NOT ENFORCED. */
export function attributesOf(
  constraints: readonly Constraint[],
  constraint: Constraint,
): { readonly isDeferrable: boolean; readonly isDeferred: boolean; readonly isEnforced: boolean } {
  const behind = constraints.slice(constraints.indexOf(constraint) + 1);
  const end = behind.findIndex(({ contype }) => contype?.startsWith('CONSTR_ATTR_') !== true);
  const own = end === -1 ? behind : behind.slice(0, end);
  const has = (type: Constraint['contype']) => own.some(({ contype }) => contype === type);
  return {
    isDeferrable: has('CONSTR_ATTR_DEFERRABLE'),
    isDeferred: has('CONSTR_ATTR_DEFERRED'),
    isEnforced: !has('CONSTR_ATTR_NOT_ENFORCED'),
  };
}

/** The words of a constraint that stands for itself, without its name: `FOREIGN KEY (a) REFERENCES b (c)`. */
export function constraintText(added: TableCommand, { location = 0 }: Constraint): string {
  const { statement, end } = added;
  return statement.text.slice(behindName(added, statement.at(location)), end);
}

/** Where a constraint begins behind `CONSTRAINT name`. */
function behindName({ statement }: TableCommand, from: number): number {
  const tokens = statement.tokens().filter(({ start }) => start >= from);
  const first = tokens[0]?.text.toLowerCase() === 'constraint' ? tokens[2] : tokens[0];
  return first?.start ?? from;
}
