import type { RewriteReason } from '../history/added-column.ts';
import { describeColumn } from '../history/added-column.ts';
import { sayName } from '../parse/names.ts';
import { locksOfCommand, onCommands } from '../parse/table-commands.ts';
import type { Rule } from '../rule.ts';
import { addedColumnSteps } from '../safe-forms/added-column-steps.ts';
import { writeSteps } from '../safe-forms/write-steps.ts';

/** A column is added whose value differs from row to row, so that all rows are written anew. */
export const addColumnRewrite: Rule = {
  id: 'add-column-rewrite',
  title: 'ADD COLUMN that writes every row anew',
  severity: 'error',
  what:
    'A column added with a volatile default (gen_random_uuid(), clock_timestamp(), a function of your own), as serial or ' +
    'identity, generated and stored, or of a domain with constraints or such a default. A constant or now() as default is free from ' +
    'Postgres 11 on, a virtual column from 18 on.',
  why:
    'ADD COLUMN takes an ACCESS EXCLUSIVE lock. Where each row needs a value of its own, the table and all its indexes ' +
    'are written anew under it: nobody reads or writes until that is done.',
  unsafe: 'ALTER TABLE orders ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid();',
  isBySize: true,
  checks: {
    AlterTableStmt: onCommands({
      AT_AddColumn: (added, context) => {
        const { def } = added.command;
        if (def === undefined || !('ColumnDef' in def)) return [];
        const { history, settings } = context;
        const column = describeColumn(def.ColumnDef, history, settings.postgresVersion);
        if (column.rewrite === null) return [];
        return [
          {
            message: `Column ${column.name} of ${sayName(added.table)} ${SAY[column.rewrite.kind](column.rewrite)}: every row is written anew.`,
            table: added.table,
            at: added.at,
            locks: locksOfCommand(added, context),
            safeForm: () => writeSteps(addedColumnSteps(added, def.ColumnDef, column, context)),
          },
        ];
      },
    }),
  },
};

const SAY: Readonly<Record<RewriteReason['kind'], (reason: RewriteReason) => string>> = {
  'volatile-default': ({ what }) => `has a default of its own in each row, ${what}`,
  'domain-default': ({ what }) => `has a default of its own in each row, ${what}`,
  'constant-default': () => 'has a default, which before Postgres 11 is written into each row',
  serial: ({ what }) => `is ${what}, a number of its own in each row`,
  identity: () => 'is an identity, a number of its own in each row',
  stored: () => 'is generated and stored',
  'constrained-domain': ({ what }) => `is of ${what}, a domain whose constraints are looked up in each row`,
};
