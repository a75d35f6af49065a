import { quoteName } from '../parse/names.ts';
import type { Rule } from '../rule.ts';
import { columnRule } from './column-rule.ts';

/** Row 31: a limit that is expensive to move. */
export const varcharLength: Rule = columnRule({
  id: 'varchar-length',
  title: 'varchar(n)',
  what: 'A column of type varchar(n) or character varying(n).',
  why:
    'To make the limit smaller, or to make it a check later, every row is written or read under a lock that keeps everybody ' +
    'out. text with a CHECK takes as much room, and the check can be changed beside the running app.',
  unsafe: 'CREATE TABLE customers (id bigint PRIMARY KEY, name varchar(80) NOT NULL);',
  check: (column) => {
    const length = column.type?.modifiers[0];
    if (column.type?.name !== 'varchar' || column.type.isArray || length === undefined) return null;
    const type =
      column.how === 'create' ? `text CHECK (length(${quoteName(column.name)}) <= ${length})` : 'text';
    return {
      message: `${column.name} is varchar(${length}): the limit is part of the type.`,
      type,
    };
  },
});
