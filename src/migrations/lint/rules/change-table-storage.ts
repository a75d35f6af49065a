import type { LintContext } from '../lint-context.ts';
import { sayName } from '../parse/names.ts';
import type { TableCommand } from '../parse/table-commands.ts';
import { locksOfCommand, onCommands } from '../parse/table-commands.ts';
import type { Found, Rule } from '../rule.ts';

/** A table is written anew for how it is kept. */
export const changeTableStorage: Rule = {
  id: 'change-table-storage',
  title: 'SET LOGGED, UNLOGGED, ACCESS METHOD or TABLESPACE',
  severity: 'error',
  what:
    'SET LOGGED or SET UNLOGGED of a table that is there already and is not so yet, as far as is known; SET ACCESS METHOD ' +
    'and SET TABLESPACE, which do the same to it.',
  why:
    'The whole table is written anew under an ACCESS EXCLUSIVE lock, with SET LOGGED also into the WAL, and so to every ' +
    'replica. An unlogged table is empty after a crash, and is not on replicas at all.',
  unsafe: 'ALTER TABLE events SET UNLOGGED;',
  isBySize: true,
  checks: {
    AlterTableStmt: onCommands({
      AT_SetLogged: (set, context) => logged(set, false, context),
      AT_SetUnLogged: (set, context) => logged(set, true, context),
      AT_SetAccessMethod: (set, context) => [found(set, 'SET ACCESS METHOD', context)],
      AT_SetTableSpace: (set, context) => [found(set, 'SET TABLESPACE', context)],
    }),
  },
};

function logged(set: TableCommand, isUnlogged: boolean, context: LintContext): readonly Found[] {
  const known = context.table(set.table);
  // Of a table that files have made it is known; of others one must ask.
  const isSoAlready = known !== null && known.madeIn !== null && known.isUnlogged === isUnlogged;
  return isSoAlready ? [] : [found(set, isUnlogged ? 'SET UNLOGGED' : 'SET LOGGED', context)];
}

function found(set: TableCommand, what: string, context: LintContext): Found {
  return {
    message: `${what} writes all of ${sayName(set.table)} anew while nobody can read or write.`,
    table: set.table,
    at: set.at,
    locks: locksOfCommand(set, context),
    safeForm:
      '-- No SQL does this beside everybody’s work. Either make a new table that is kept so, fill it with the help of a\n' +
      '-- trigger and swap the two; or do it in a quiet window, with SET lock_timeout, when the time it takes is known.',
  };
}
