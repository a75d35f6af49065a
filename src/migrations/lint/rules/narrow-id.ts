import { strings } from '../parse/names.ts';
import type { DefinedColumn } from '../parse/defined-columns.ts';
import type { Statement } from '../parse/statement.ts';
import type { Rule } from '../rule.ts';
import { columnRule } from './column-rule.ts';

const WORDS: Readonly<Record<string, string>> = { int2: 'smallint', int4: 'integer' };
const LARGEST: Readonly<Record<string, string>> = { int2: '32,767', int4: '2,147,483,647' };

/** Row 31: numbers that run out. */
export const narrowId: Rule = columnRule({
  id: 'narrow-id',
  title: 'integer or smallint as an id',
  what: 'A primary key, or a column called id or something_id, of type integer or smallint.',
  why:
    'Ids are used up by failed inserts, too. When the last one is gone every INSERT fails, and to widen the column then the ' +
    'whole table is written anew while the app stands still. bigint costs four bytes a row.',
  unsafe: 'CREATE TABLE visits (id integer PRIMARY KEY, page text);',
  check: (column, statement) => {
    const name = column.type?.name ?? '';
    const words = WORDS[name];
    if (words === undefined || column.type?.isArray === true || !isId(column, statement)) return null;
    return {
      message: `${column.name} is ${words === 'integer' ? 'an' : 'a'} ${words}: its numbers end at ${LARGEST[name] ?? ''}.`,
      type: 'bigint',
    };
  },
});

function isId({ name, definition }: DefinedColumn, { node }: Statement): boolean {
  if (/(^|_)id$/i.test(name) || /[a-z]Id$/.test(name)) return true;
  const own = (definition.constraints ?? []).some(
    (constraint) => 'Constraint' in constraint && constraint.Constraint.contype === 'CONSTR_PRIMARY',
  );
  const elements = 'CreateStmt' in node ? (node.CreateStmt.tableElts ?? []) : [];
  const ofTable = elements.some(
    (element) =>
      'Constraint' in element &&
      element.Constraint.contype === 'CONSTR_PRIMARY' &&
      strings(element.Constraint.keys).includes(name) &&
      strings(element.Constraint.keys).length === 1,
  );
  return own || ofTable;
}
