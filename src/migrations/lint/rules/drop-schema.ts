import { objectName, quoteName, sayName } from '../parse/names.ts';
import type { Rule } from '../rule.ts';

/** Row 17: all that a schema holds goes at once. */
export const dropSchema: Rule = {
  id: 'drop-schema',
  title: 'DROP SCHEMA',
  severity: 'error',
  what: 'A schema that is dropped.',
  why:
    'Everything in it goes, and with CASCADE nobody is asked what that is. The release that runs still uses it, its rows ' +
    'are gone for good, and every table in it is locked until the end.',
  unsafe: 'DROP SCHEMA billing CASCADE;',
  checks: {
    DropStmt: (drop) =>
      drop.removeType === 'OBJECT_SCHEMA'
        ? (drop.objects ?? []).map((object) => {
            const name = sayName(objectName(object));
            return {
              message: `DROP SCHEMA takes all of ${name} away from the release that runs.`,
              why: 'Queries of whatever is in it fail from then on; going back to the release before is no way out.',
              safeForm: [
                `-- Drop its tables first, one migration each, once no release that runs uses them. Then, without CASCADE:`,
                `-- glidepath-ignore drop-schema: nothing is left in ${name}`,
                `DROP SCHEMA IF EXISTS ${quoteName(name)};`,
              ].join('\n'),
            };
          })
        : [],
  },
};
