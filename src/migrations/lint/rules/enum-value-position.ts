import { listName, sayName } from '../parse/names.ts';
import type { Rule } from '../rule.ts';

/** Row 22: the order of an enum is left to chance. */
export const enumValuePosition: Rule = {
  id: 'enum-value-position',
  title: 'ADD VALUE without BEFORE or AFTER',
  severity: 'advice',
  what: 'A value that is added to an enum without a place among the others.',
  why:
    'It goes to the end, and ORDER BY and comparisons follow that order for good: a value can be neither moved nor taken ' +
    'away again. Say where it belongs, even where that is the end.',
  unsafe: "ALTER TYPE order_state ADD VALUE 'returned';",
  checks: {
    AlterEnumStmt: ({ typeName, newVal = '', newValNeighbor, oldVal }, statement, context) => {
      if (newValNeighbor !== undefined || oldVal !== undefined) return [];
      const type = listName(typeName);
      if (
        context.history.types.get(`${type.schema ?? context.history.schema}.${type.name}`)?.madeIn.file ===
        context.file.number
      )
        return [];
      return [
        {
          message: `'${newVal}' goes to the end of ${sayName(type)}, for good: no place is said.`,
          why: null,
          safeForm: `Say after which value it comes: ${statement.text} AFTER '<the value before it>';`,
        },
      ];
    },
  },
};
