import type { Constraint } from 'libpg-query';
import { columnNotNull, columnsIn } from '../parse/expressions.ts';
import { objectNameOf, relationName, strings } from '../parse/names.ts';
import type { ConstraintState, Moment } from './schema-history.ts';

const KINDS: Partial<Record<NonNullable<Constraint['contype']>, ConstraintState['kind']>> = {
  CONSTR_CHECK: 'check',
  CONSTR_NOTNULL: 'not-null',
  CONSTR_FOREIGN: 'foreign-key',
  CONSTR_UNIQUE: 'unique',
  CONSTR_PRIMARY: 'primary-key',
  CONSTR_EXCLUSION: 'exclusion',
};

/** What a definition makes, with the name that Postgres gives it where none is written; null: no constraint. */
export function toConstraintState(
  constraint: Constraint,
  owner: { readonly table: string; readonly column: string | null },
  madeIn: Moment | null,
): ConstraintState | null {
  const kind = constraint.contype === undefined ? undefined : KINDS[constraint.contype];
  if (kind === undefined) return null;
  const columns = columnsOf(constraint, owner.column);
  const notNull = kind === 'not-null' ? (columns[0] ?? null) : null;
  return {
    name: constraint.conname ?? constraint.indexname ?? defaultConstraintName(kind, owner.table, columns),
    kind,
    columns,
    isValid: constraint.skip_validation !== true,
    provesNotNull: kind === 'check' ? columnNotNull(constraint.raw_expr) : notNull,
    references: kind === 'foreign-key' ? relationName(constraint.pktable) : null,
    expression: kind === 'check' ? (constraint.raw_expr ?? null) : null,
    madeIn,
  };
}

function columnsOf(constraint: Constraint, column: string | null): readonly string[] {
  if (constraint.contype === 'CONSTR_CHECK') return columnsIn(constraint.raw_expr);
  if (column !== null) return [column];
  return strings(constraint.contype === 'CONSTR_FOREIGN' ? constraint.fk_attrs : constraint.keys);
}

const ENDINGS: Readonly<Record<ConstraintState['kind'], string>> = {
  check: 'check',
  'not-null': 'not_null',
  'foreign-key': 'fkey',
  unique: 'key',
  'primary-key': 'pkey',
  exclusion: 'excl',
};

/** The name that Postgres gives a constraint without one; with a number where that one is taken. */
export function defaultConstraintName(
  kind: ConstraintState['kind'],
  table: string,
  columns: readonly string[],
  number: number | null = null,
): string {
  // A check over several columns, and a primary key, are named after the table alone.
  const named = kind === 'primary-key' || (kind === 'check' && columns.length !== 1) ? [] : columns;
  return objectNameOf([table, ...named], `${ENDINGS[kind]}${number ?? ''}`);
}
