import type { Constraint } from 'libpg-query';
import { attributesOf } from '../parse/column-without.ts';
import { quoteName, relationName, sqlColumns, sqlName, strings } from '../parse/names.ts';

const ACTIONS: Readonly<Record<string, string>> = {
  c: 'CASCADE',
  n: 'SET NULL',
  d: 'SET DEFAULT',
  r: 'RESTRICT',
};

/** The REFERENCES of a column as a constraint of the table: `FOREIGN KEY (a) REFERENCES b (c) ON DELETE CASCADE`. */
export function referenceText(
  key: Constraint,
  column: { readonly name: string; readonly constraints: readonly Constraint[] },
): string {
  const columns = strings(key.pk_attrs);
  const { isDeferrable, isDeferred } = attributesOf(column.constraints, key);
  return [
    `FOREIGN KEY (${quoteName(column.name)}) REFERENCES ${sqlName(relationName(key.pktable))}`,
    columns.length === 0 ? null : `(${sqlColumns(columns)})`,
    key.fk_matchtype === 'f' ? 'MATCH FULL' : null,
    action('ON DELETE', key, key.fk_del_action),
    action('ON UPDATE', key, key.fk_upd_action),
    isDeferrable ? 'DEFERRABLE' : null,
    isDeferred ? 'INITIALLY DEFERRED' : null,
  ]
    .filter((part) => part !== null)
    .join(' ');
}

function action(when: string, key: Constraint, letter: string | undefined): string | null {
  const said = ACTIONS[letter ?? 'a'];
  if (said === undefined) return null;
  const columns = when === 'ON DELETE' ? strings(key.fk_del_set_cols) : [];
  return `${when} ${said}${columns.length === 0 ? '' : ` (${sqlColumns(columns)})`}`;
}
