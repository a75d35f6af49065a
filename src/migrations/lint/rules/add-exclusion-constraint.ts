import { sayName } from '../parse/names.ts';
import { locksOfCommand, onCommands } from '../parse/table-commands.ts';
import type { Rule } from '../rule.ts';

/** The index of an exclusion is built while everybody waits, and there is no other way. */
export const addExclusionConstraint: Rule = {
  id: 'add-exclusion-constraint',
  title: 'ADD EXCLUDE on a table with rows',
  severity: 'error',
  what: 'An exclusion constraint added to a table that is there already.',
  why:
    'Its index is built under an ACCESS EXCLUSIVE lock: nobody reads or writes until it is complete. An exclusion can ' +
    'neither be NOT VALID nor use an index that is there.',
  unsafe:
    'ALTER TABLE bookings ADD CONSTRAINT bookings_room_excl EXCLUDE USING gist (room WITH =, during WITH &&);',
  isBySize: true,
  checks: {
    AlterTableStmt: onCommands({
      AT_AddConstraint: (added, context) => {
        const { def } = added.command;
        if (def === undefined || !('Constraint' in def)) return [];
        if (def.Constraint.contype !== 'CONSTR_EXCLUSION') return [];
        return [
          {
            message: `ADD EXCLUDE builds an index over ${sayName(added.table)} while nobody can read or write.`,
            table: added.table,
            at: added.at,
            locks: locksOfCommand(added, context),
            safeForm:
              '-- No SQL does this beside everybody’s work. Either make a new table with the constraint, fill it and\n' +
              '-- swap the two; or add it in a quiet window, with SET lock_timeout, when the time it takes is known.',
          },
        ];
      },
    }),
  },
};
