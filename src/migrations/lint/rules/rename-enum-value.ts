import { listName, sayName } from '../parse/names.ts';
import type { Rule } from '../rule.ts';

/** Row 18: a value of an enum gets a name that the release that runs does not know. */
export const renameEnumValue: Rule = {
  id: 'rename-enum-value',
  title: 'ALTER TYPE … RENAME VALUE',
  severity: 'error',
  what: 'A value of an enum that is renamed.',
  why:
    'The release that runs writes and asks for the old value: Postgres refuses it from then on, in every query that has it. ' +
    'What it reads is a value that it has never heard of.',
  unsafe: "ALTER TYPE order_state RENAME VALUE 'sent' TO 'shipped';",
  checks: {
    AlterEnumStmt: ({ typeName, oldVal, newVal = '' }) => {
      if (oldVal === undefined) return [];
      const type = sayName(listName(typeName));
      return [
        {
          message: `RENAME VALUE takes '${oldVal}' of ${type} away from the release that runs.`,
          why: `Queries with '${oldVal}' fail from then on, those with '${newVal}' until then: one of the two releases is broken at any moment.`,
          safeForm: `Add '${newVal}' as a value of its own, deploy a release that reads both and writes '${newVal}', then update the rows in batches. '${oldVal}' stays in ${type}, unused.`,
        },
      ];
    },
  },
};
