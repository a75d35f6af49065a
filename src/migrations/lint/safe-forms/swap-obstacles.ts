import { dependentViews } from '../history/dependent-views.ts';
import { keyOf } from '../history/schema-history.ts';
import type { LintContext } from '../lint-context.ts';
import { sayName, type SqlName } from '../parse/names.ts';

/** Where a value of a column comes from, if not from whoever writes the row. */
const FILLED: Readonly<Record<string, string>> = {
  serial: 'takes its values from a sequence that it owns',
  identity: 'is an identity',
  generated: 'is computed from other columns',
  virtual: 'is computed from other columns',
};

/**
 * Why another column cannot take the place of this one by a rename, as far as is known: what hangs on a column follows it
 * through a rename, and stays with the old one. In words that follow the name of the column.
 */
export function swapObstacles(
  { table, column }: { readonly table: SqlName; readonly column: string },
  { history }: LintContext,
): readonly string[] {
  const key = keyOf(history, table);
  const known = history.tables.get(key);
  const filled = FILLED[known?.columns.get(column)?.fill ?? ''];
  const keys = [...(known?.constraints.values() ?? [])].filter(
    ({ kind, columns }) => (kind === 'primary-key' || kind === 'unique') && columns.includes(column),
  );
  const isUnique =
    keys.length > 0 ||
    [...history.indexes.values()].some(
      (index) => index.isUnique && keyOf(history, index.table) === key && index.columns.includes(column),
    );
  const referring = [...history.tables.values()].filter(({ constraints }) =>
    [...constraints.values()].some(
      ({ references }) => references !== null && keyOf(history, references) === key,
    ),
  );
  const computed = [...(known?.columns.entries() ?? [])].filter(([, { computedFrom }]) =>
    computedFrom.includes(column),
  );
  const views = dependentViews(history, { table, column }).filter(
    ({ isMaterialized, definition }) => isMaterialized || definition === null,
  );
  return [
    ...(keys.some(({ kind }) => kind === 'primary-key') ? ['is part of the primary key'] : []),
    ...(isUnique && referring.length > 0
      ? [`is what foreign keys of ${referring.map(({ name }) => sayName(name)).join(', ')} may point to`]
      : []),
    ...(filled === undefined ? [] : [filled]),
    ...computed.map(([name]) => `is what column ${name} is computed from`),
    ...views.map(({ name }) => `is read by the view ${sayName(name)}`),
  ];
}
