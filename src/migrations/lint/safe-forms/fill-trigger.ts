import type { SqlName } from '../parse/names.ts';
import { objectNameOf, quoteName, sqlName } from '../parse/names.ts';

/** Statements that make a trigger which fills a column, and those that take it away again. */
export interface FillTrigger {
  readonly create: readonly string[];
  readonly drop: readonly string[];
}

/** A trigger that computes a column from others of the same row, whoever writes it. */
export function fillTrigger(
  table: SqlName,
  fill: {
    readonly column: string;
    /** An expression over columns of the table. */
    readonly value: string;
    /** Those that it names. */
    readonly columns: readonly string[];
  },
): FillTrigger {
  const name = objectNameOf([table.name, fill.column], 'fill');
  const makes = sqlName({ schema: table.schema, name });
  // A sub-select over the row's own columns: so the expression needs no change.
  const row = fill.columns.map((column) => `NEW.${quoteName(column)} AS ${quoteName(column)}`).join(', ');
  const isColumn = fill.columns.length === 1 && fill.value === quoteName(fill.columns[0] ?? '');
  const value = isColumn ? `NEW.${fill.value}` : `(SELECT ${fill.value} FROM (SELECT ${row}) AS written)`;
  return {
    create: [
      [
        `CREATE FUNCTION ${makes}() RETURNS trigger LANGUAGE plpgsql AS $$`,
        'BEGIN',
        `  NEW.${quoteName(fill.column)} := ${value};`,
        '  RETURN NEW;',
        'END $$',
      ].join('\n'),
      `CREATE TRIGGER ${quoteName(name)} BEFORE INSERT OR UPDATE ON ${sqlName(table)} FOR EACH ROW EXECUTE FUNCTION ${makes}()`,
    ],
    drop: [`DROP TRIGGER ${quoteName(name)} ON ${sqlName(table)}`, `DROP FUNCTION ${makes}()`],
  };
}
