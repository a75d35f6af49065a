import { editStatement } from '../parse/edit-tokens.ts';
import { sayName } from '../parse/names.ts';
import { toSqlType } from '../parse/sql-type.ts';
import type { TableCommand } from '../parse/table-commands.ts';
import { onCommands } from '../parse/table-commands.ts';
import type { Rule } from '../rule.ts';

/** A column of a type that cannot be compared. */
export const addColumnJson: Rule = {
  id: 'add-column-json',
  title: 'ADD COLUMN of type json',
  severity: 'warning',
  what: 'A column of type json added to a table that is there already.',
  why:
    'json has no equality: SELECT DISTINCT, GROUP BY and UNION over all columns of the table, which worked before, fail ' +
    'from then on. jsonb has one, is read faster and can have an index.',
  unsafe: 'ALTER TABLE orders ADD COLUMN details json;',
  checks: {
    AlterTableStmt: onCommands({
      AT_AddColumn: (added) => {
        const { def } = added.command;
        if (def === undefined || !('ColumnDef' in def)) return [];
        const type = toSqlType(def.ColumnDef.typeName);
        if (type === null || type.schema !== null || type.name !== 'json') return [];
        const location = def.ColumnDef.typeName?.location ?? 0;
        return [
          {
            message: `Column ${def.ColumnDef.colname ?? ''} of ${sayName(added.table)} is json, which has no equality: SELECT DISTINCT over the table fails from then on.`,
            table: added.table,
            at: added.at,
            why: null,
            safeForm: () => asJsonb(added, location),
          },
        ];
      },
    }),
  },
};

function asJsonb({ statement, head, text, start, end }: TableCommand, location: number): string {
  const at = statement.at(location);
  const word = statement
    .tokens()
    .find((token) => token.start >= at && token.text.toLowerCase().includes('json'));
  if (word === undefined) return `${head} ${text};`;
  const edited = editStatement(statement, [{ start: word.start, end: word.end, text: 'jsonb' }]);
  return `${head} ${edited.slice(start, end + 'jsonb'.length - (word.end - word.start))};`;
}
