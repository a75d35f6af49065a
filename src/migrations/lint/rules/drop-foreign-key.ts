import type { AlterTableCmd } from 'libpg-query';
import type { LintContext } from '../lint-context.ts';
import { quoteName, sayName, sqlName, type SqlName } from '../parse/names.ts';
import { onCommands } from '../parse/table-commands.ts';
import type { Found, Rule } from '../rule.ts';

/** What Postgres, Rails and people call foreign keys. */
const LOOKS_LIKE_ONE = /(_fkey\d*|_fk\d*|_foreign)$|^(fk_|fk[A-Z])/;

/** Row 19: two tables are locked, and rows without a counterpart can come. */
export const dropForeignKey: Rule = {
  id: 'drop-foreign-key',
  title: 'DROP CONSTRAINT of a foreign key, or with CASCADE',
  severity: 'warning',
  what:
    'A foreign key that is dropped: one that the files have made, or one that is called like one. And every constraint ' +
    'dropped with CASCADE, which takes the foreign keys of other tables along.',
  why:
    'Both tables are locked against readers and writers, and the lock waits for every query of either. From then on rows ' +
    'can come that refer to nothing; the key does not come back before they are found and mended.',
  unsafe: 'ALTER TABLE orders DROP CONSTRAINT orders_customer_id_fkey;',
  checks: {
    AlterTableStmt: onCommands({
      AT_DropConstraint: ({ command, table, at }, context) => {
        const found = judge(command, table, context);
        return found === null ? [] : [{ ...found, at }];
      },
    }),
  },
};

function judge(command: AlterTableCmd, table: SqlName, context: LintContext): Found | null {
  const { name = '', behavior } = command;
  const known = context.table(table)?.constraints.get(name) ?? null;
  const isCascade = behavior === 'DROP_CASCADE';
  const isKey = known === null ? LOOKS_LIKE_ONE.test(name) : known.kind === 'foreign-key';
  if (!isKey && !isCascade) return null;
  const other = known?.references ?? null;
  const referenced = other === null ? 'the table it refers to' : sayName(other);
  const quoted = `ALTER TABLE ${sqlName(table)} DROP CONSTRAINT ${quoteName(name)};`;
  return {
    message: isKey
      ? `DROP CONSTRAINT ${name} locks ${sayName(table)} and ${referenced}, and lets in rows that refer to nothing.`
      : `DROP CONSTRAINT ${name} CASCADE takes along the foreign keys of other tables that rest on it.`,
    table,
    why: isKey
      ? `Readers and writers of both tables wait until every running query of either has ended; a key that is missed later must look at all rows to come back.`
      : `Each of those tables is locked too, and from then on rows can come that refer to nothing.`,
    safeForm: isKey
      ? [
          `-- Once nothing relies on it, alone in a transaction, with a short wait for the two locks:`,
          `-- glidepath-ignore drop-foreign-key: nothing relies on ${name} any more`,
          quoted,
        ].join('\n')
      : `-- Drop the foreign keys that rest on it first, one migration each. Then, without CASCADE:\n${quoted}`,
  };
}
