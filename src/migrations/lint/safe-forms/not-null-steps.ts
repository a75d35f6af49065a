import type { SqlName } from '../parse/names.ts';
import { objectNameOf, quoteName, sqlName } from '../parse/names.ts';
import type { SafeStep } from './write-steps.ts';
import { THEN_ANOTHER_FILE } from './write-steps.ts';

/** From this version on a NOT NULL is a constraint that can be added unproved and proved later. */
const NOT_NULL_NOT_VALID_VERSION = 18;
/** From this version on SET NOT NULL believes a validated check. */
const PROOF_VERSION = 12;

/** How a column gets NOT NULL while everybody works: the rows are looked at without a lock that keeps anybody out. */
export function notNullSteps(
  target: {
    readonly table: SqlName;
    readonly column: string;
    /** Of the constraint, which has one from 18 on; none: as Postgres names it. */
    readonly name?: string | undefined;
    readonly isNoInherit?: boolean;
  },
  postgresVersion: number,
): readonly SafeStep[] {
  const { table, column } = target;
  const alter = `ALTER TABLE ${sqlName(table)}`;
  if (postgresVersion >= NOT_NULL_NOT_VALID_VERSION) {
    const heirs = target.isNoInherit === true ? ' NO INHERIT' : '';
    const name = quoteName(target.name ?? objectNameOf([table.name, column], 'not_null'));
    return [
      { sql: [`${alter} ADD CONSTRAINT ${name} NOT NULL ${quoteName(column)}${heirs} NOT VALID`] },
      { note: THEN_ANOTHER_FILE, sql: [`${alter} VALIDATE CONSTRAINT ${name}`] },
    ];
  }
  const check = quoteName(objectNameOf([table.name, column], 'not_null_check'));
  return [
    { sql: [`${alter} ADD CONSTRAINT ${check} CHECK (${quoteName(column)} IS NOT NULL) NOT VALID`] },
    { note: THEN_ANOTHER_FILE, sql: [`${alter} VALIDATE CONSTRAINT ${check}`] },
    // Before that version it would look at every row all the same.
    postgresVersion < PROOF_VERSION
      ? { note: 'The check does what NOT NULL does: leave it at that.', sql: [] }
      : {
          note: 'Then, in another file: the check proves it, so that no row is looked at.',
          sql: [
            `${alter} ALTER COLUMN ${quoteName(column)} SET NOT NULL`,
            `${alter} DROP CONSTRAINT ${check}`,
          ],
        },
  ];
}
