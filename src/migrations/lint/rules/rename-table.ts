import type { LintContext } from '../lint-context.ts';
import { relationName, sayName, sqlName, type SqlName } from '../parse/names.ts';
import type { Statement } from '../parse/statement.ts';
import { createPendingFindings } from '../pending-findings.ts';
import type { Found, Rule } from '../rule.ts';

/** Row 18: a table gets a name, or a schema, that the release that runs does not know. */
export const renameTable: Rule = {
  id: 'rename-table',
  title: 'Renaming or moving a table',
  severity: 'error',
  what:
    'A table or view that is renamed or put into another schema, unless the same transaction makes a view with the old ' +
    'name, or the same file has made the table.',
  why:
    'The release that runs knows only the old name. A view with that name, made in the same transaction, is read and ' +
    'written like the table itself; it goes when nobody uses it.',
  unsafe: 'ALTER TABLE customers RENAME TO clients;',
  checks: {
    RenameStmt: ({ renameType, relation, newname = '' }, statement, context) => {
      if (!KINDS.has(renameType)) return [];
      const table = relationName(relation);
      const target = { schema: table.schema, name: newname };
      return moved({ table, target, verb: 'RENAME' }, statement, context);
    },
    AlterObjectSchemaStmt: ({ objectType, relation, newschema = '' }, statement, context) => {
      if (!KINDS.has(objectType)) return [];
      const table = relationName(relation);
      const target = { schema: newschema, name: table.name };
      return moved({ table, target, verb: 'SET SCHEMA' }, statement, context);
    },
  },
  atEnd: (context) => pending.left(context),
};

const KINDS: ReadonlySet<string | undefined> = new Set(['OBJECT_TABLE', 'OBJECT_VIEW', 'OBJECT_MATVIEW']);

/** Fine, if a view with the old name follows in the transaction. */
const pending = createPendingFindings();

interface Move {
  readonly table: SqlName;
  readonly target: SqlName;
  readonly verb: 'RENAME' | 'SET SCHEMA';
}

function moved({ table, target, verb }: Move, statement: Statement, context: LintContext): readonly Found[] {
  const name = sayName(table);
  const found: Found = {
    message: `${verb} takes ${name} away from the release that runs.`,
    table,
    why: `Queries of ${name} fail from then on, those of ${sayName(target)} until then: one of the two releases is broken at any moment.`,
    safeForm: inOneTransaction(context, [
      `${statement.text};`,
      `-- Read and written like the table; grant on it what the table grants. Drop it once nobody says ${name}.`,
      `CREATE VIEW ${sqlName(table)}${asInvoker(context)} AS SELECT * FROM ${sqlName(target)};`,
    ]),
  };
  return pending.add(found, statement, context, ({ node }) => {
    if (!('ViewStmt' in node)) return false;
    return sayName(relationName(node.ViewStmt.view)) === name;
  });
}

/** Since 15 a view can ask with the rights of whoever asks it: row security of the table goes on. */
function asInvoker({ settings }: LintContext): string {
  return settings.postgresVersion >= 15 ? ' WITH (security_invoker = true)' : '';
}

/** In a file that runs outside of transactions the two need one of their own: between them the name would be gone. */
function inOneTransaction({ transaction }: LintContext, lines: readonly string[]): string {
  return (transaction === null ? ['BEGIN;', ...lines, 'COMMIT;'] : lines).join('\n');
}
