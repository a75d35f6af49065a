import { objectNameOf, quoteName, relationName, sayName, sqlName } from '../parse/names.ts';
import { locksOfCommand, onCommands } from '../parse/table-commands.ts';
import type { Rule } from '../rule.ts';
import { THEN_ANOTHER_FILE, writeSteps } from '../safe-forms/write-steps.ts';

/** A table becomes a partition, and all its rows are looked at while it is locked. */
export const attachPartitionScan: Rule = {
  id: 'attach-partition-scan',
  title: 'ATTACH PARTITION without a CHECK that proves the bounds',
  severity: 'warning',
  what:
    'A table that is there already and is attached as a partition, without a validated CHECK on it; of a DEFAULT partition, ' +
    'nothing.',
  why:
    'Postgres looks at every row of the table, under an ACCESS EXCLUSIVE lock on it, to see whether it is within the bounds. ' +
    'It also scans the DEFAULT partition, if there is one, under the same lock. A validated CHECK that says the same as the ' +
    'bounds, on either, spares the scan.',
  unsafe: "ALTER TABLE events ATTACH PARTITION events_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');",
  isBySize: true,
  checks: {
    AlterTableStmt: onCommands({
      AT_AttachPartition: (attach, context) => {
        const { def } = attach.command;
        if (def === undefined || !('PartitionCmd' in def)) return [];
        if (def.PartitionCmd.bound?.is_default === true) return [];
        const partition = relationName(def.PartitionCmd.name);
        const isProved = [...(context.table(partition)?.constraints.values() ?? [])].some(
          ({ kind, isValid }) => kind === 'check' && isValid,
        );
        if (isProved || context.isNew(partition)) return [];
        const check = quoteName(objectNameOf([partition.name], 'bounds'));
        const alter = `ALTER TABLE ${sqlName(partition)}`;
        return [
          {
            message: `ATTACH PARTITION looks at every row of ${sayName(partition)} while nobody can read or write it.`,
            table: partition,
            at: attach.at,
            locks: locksOfCommand(attach, context),
            safeForm: writeSteps([
              {
                note:
                  `Write the bounds for <condition>: at >= '2026-01-01' AND at < '2027-01-01', with IS NOT NULL for each column.\n` +
                  `${alter} ADD CONSTRAINT ${check} CHECK (<condition>) NOT VALID;\n${THEN_ANOTHER_FILE}`,
                sql: [`${alter} VALIDATE CONSTRAINT ${check}`],
              },
              {
                note: 'Then, in another file. The constraint may be dropped afterwards.',
                sql: [`${attach.head} ${attach.text}`],
              },
            ]),
          },
        ];
      },
    }),
  },
};
