import type { SqlName } from '../parse/names.ts';
import { objectNameOf, quoteName, relationName, sayName, sqlName } from '../parse/names.ts';
import type { LintContext } from '../lint-context.ts';
import { isProvedNotNull } from '../locks/command-locks.ts';
import { provesBounds } from '../locks/partition-proof.ts';
import type { TableCommand } from '../parse/table-commands.ts';
import { locksOfCommand, onCommands } from '../parse/table-commands.ts';
import type { Found, Rule } from '../rule.ts';
import { THEN_ANOTHER_FILE, writeSteps } from '../safe-forms/write-steps.ts';

/** A table becomes a partition, and all its rows are looked at while it is locked. */
export const attachPartitionScan: Rule = {
  id: 'attach-partition-scan',
  title: 'ATTACH PARTITION without a CHECK that proves the bounds',
  severity: 'warning',
  what:
    'A table that is there already and is attached as a partition, without a validated CHECK on it that proves the bounds; of a ' +
    'DEFAULT partition, nothing.',
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
        const { bound } = def.PartitionCmd;
        const checks = [...(context.table(partition)?.constraints.values() ?? [])].filter(
          ({ kind, isValid }) => kind === 'check' && isValid,
        );
        const isNotNull = (column: string): boolean => isProvedNotNull(partition, column, context);
        // What cannot be told is believed.
        const isProved = checks.some(
          ({ expression }) =>
            expression === null ||
            bound === undefined ||
            provesBounds(expression, bound, isNotNull) !== false,
        );
        if (isProved || context.isNew(partition)) return [];
        if (bound?.strategy === 'h') return [ofHash(attach, partition, context)];
        const check = quoteName(objectNameOf([partition.name], 'bounds'));
        const alter = `ALTER TABLE ${sqlName(partition)}`;
        return [
          {
            message: `ATTACH PARTITION looks at every row of ${sayName(partition)} while nobody can read or write it${checks.length === 0 ? '' : ': no CHECK on it proves the bounds'}.`,
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

function ofHash(attach: TableCommand, partition: SqlName, context: LintContext): Found {
  return {
    message: `ATTACH PARTITION looks at every row of ${sayName(partition)} while nobody can read or write it: no CHECK proves the bounds of a hash partition.`,
    table: partition,
    at: attach.at,
    locks: locksOfCommand(attach, context),
    safeForm: 'Attach the table while it is empty, and fill it through its parent in batches.',
  };
}
