import type { Rule } from '../rule.ts';
import { columnRule } from './column-rule.ts';

/** Row 31: a time of which nobody knows where it was that late. */
export const timestampWithoutTimeZone: Rule = columnRule({
  id: 'timestamp-without-time-zone',
  title: 'timestamp without time zone',
  what: 'A column of type timestamp.',
  why:
    'It keeps what a clock on a wall showed, and not where the wall was: the offset that a client sends is dropped without a ' +
    'word, and two servers with different settings write different times. timestamptz takes as many bytes.',
  unsafe: 'CREATE TABLE visits (id bigint PRIMARY KEY, came_at timestamp NOT NULL);',
  check: (column) => {
    if (column.type?.name !== 'timestamp' || column.type.schema !== null || column.type.isArray) return null;
    const [digits] = column.type.modifiers;
    return {
      message: `${column.name} is a timestamp without time zone: the offset is dropped.`,
      type: digits === undefined ? 'timestamptz' : `timestamptz(${digits})`,
    };
  },
});
