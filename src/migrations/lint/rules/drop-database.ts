import type { Rule } from '../rule.ts';

/** Row 17: a whole database goes. */
export const dropDatabase: Rule = {
  id: 'drop-database',
  title: 'DROP DATABASE',
  severity: 'error',
  what: 'A database that is dropped, whichever it is.',
  why: 'No migration has a reason to drop a database: everything in it is gone, and only a backup brings it back.',
  unsafe: 'DROP DATABASE shop;',
  checks: {
    DropdbStmt: ({ dbname = '' }) => [
      {
        message: `DROP DATABASE takes ${dbname} away, with everything in it.`,
        why: 'Only a backup brings it back, and what was written since then is lost.',
        safeForm:
          'Take it out of the migrations; drop a database by hand, after a backup of it was read back.',
      },
    ],
  },
};
