import { defaultPartitionOf } from '../history/schema-history.ts';
import { relationName, sayName } from '../parse/names.ts';
import { locksOfCommand, onCommands } from '../parse/table-commands.ts';
import type { Rule } from '../rule.ts';
import { OUTSIDE_TRANSACTION, writeSteps } from '../safe-forms/write-steps.ts';

/** Before it there is no such thing. */
const DETACH_CONCURRENTLY_VERSION = 14;

/** A partition is taken off while the whole table is locked. */
export const detachPartitionNotConcurrent: Rule = {
  id: 'detach-partition-not-concurrent',
  title: 'DETACH PARTITION without CONCURRENTLY',
  severity: 'warning',
  what: 'A partition detached without CONCURRENTLY, which there is from Postgres 14 on.',
  why:
    'It takes an ACCESS EXCLUSIVE lock on the whole partitioned table: all queries of all its partitions wait, and ' +
    'behind a long one that runs they wait for long.',
  unsafe: 'ALTER TABLE orders DETACH PARTITION orders_2019;',
  isBySize: true,
  checks: {
    AlterTableStmt: onCommands({
      AT_DetachPartition: (detach, context) => {
        const { def } = detach.command;
        if (def === undefined || !('PartitionCmd' in def) || def.PartitionCmd.concurrent === true) return [];
        const partition = sayName(relationName(def.PartitionCmd.name));
        const hasRest = defaultPartitionOf(context.history, detach.table) !== null;
        const canBeConcurrent = context.settings.postgresVersion >= DETACH_CONCURRENTLY_VERSION;
        return [
          {
            message: `DETACH PARTITION ${partition} locks all of ${sayName(detach.table)}.`,
            table: detach.table,
            locks: locksOfCommand(detach, context),
            safeForm: hasRest
              ? `${sayName(detach.table)} has a DEFAULT partition, and Postgres refuses CONCURRENTLY beside one: SET lock_timeout, and try again when it runs out.`
              : canBeConcurrent
                ? writeSteps([
                    {
                      note: `${OUTSIDE_TRANSACTION}\nPostgres refuses it while the table has a DEFAULT partition; leaves a CHECK with its bounds on the partition.`,
                      sql: [`${detach.head} ${detach.text} CONCURRENTLY`],
                    },
                  ])
                : '-- Before Postgres 14 there is no other way: SET lock_timeout, and try again when it runs out.',
          },
        ];
      },
    }),
  },
};
