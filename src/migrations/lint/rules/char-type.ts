import { quoteName } from '../parse/names.ts';
import type { Rule } from '../rule.ts';
import { columnRule } from './column-rule.ts';

/** Row 31: a type that pads with blanks. */
export const charType: Rule = columnRule({
  id: 'char-type',
  title: 'char(n)',
  what: 'A column of type char(n) or character(n).',
  why:
    'Values are filled up with blanks to their length, and the blanks are ignored in some comparisons and not in others. It ' +
    'saves nothing: text takes no more room and is no slower.',
  unsafe: 'CREATE TABLE countries (id bigint PRIMARY KEY, code char(2) NOT NULL);',
  check: (column) => {
    if (column.type?.name !== 'bpchar' || column.type.schema !== null || column.type.isArray) return null;
    const length = column.type.modifiers[0] ?? 1;
    // In a new table a check costs nothing; on one that is there it would be a scan.
    const type =
      column.how === 'create' ? `text CHECK (length(${quoteName(column.name)}) <= ${length})` : 'text';
    return {
      message: `${column.name} is char(${length}): it is filled up with blanks.`,
      type,
    };
  },
});
