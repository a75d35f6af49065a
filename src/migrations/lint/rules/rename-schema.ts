import type { Rule } from '../rule.ts';

/** Row 18: everything in a schema gets another name. */
export const renameSchema: Rule = {
  id: 'rename-schema',
  title: 'ALTER SCHEMA … RENAME',
  severity: 'error',
  what: 'A schema that is renamed.',
  why:
    'The release that runs knows only the old name, in its queries or its search_path: everything that it asks for is gone ' +
    'at once.',
  unsafe: 'ALTER SCHEMA billing RENAME TO invoicing;',
  checks: {
    RenameStmt: ({ renameType, subname = '', newname = '' }) =>
      renameType === 'OBJECT_SCHEMA'
        ? [
            {
              message: `RENAME takes everything in ${subname} away from the release that runs.`,
              why: `Queries of ${subname} fail from then on, those of ${newname} until then: one of the two releases is broken at any moment.`,
              safeForm: `Make ${newname} beside it with a view for each table of ${subname}, deploy a release that uses ${newname}, then move the tables over one by one, each with a view left behind.`,
            },
          ]
        : [],
  },
};
