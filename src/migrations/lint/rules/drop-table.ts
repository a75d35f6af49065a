import type { DropStmt } from 'libpg-query';
import { objectName, relationName, sayName, sqlName } from '../parse/names.ts';
import type { Statement } from '../parse/statement.ts';
import { createPendingFindings } from '../pending-findings.ts';
import type { Found, Rule } from '../rule.ts';

const KINDS: Partial<Record<NonNullable<DropStmt['removeType']>, string>> = {
  OBJECT_TABLE: 'table',
  OBJECT_VIEW: 'view',
  OBJECT_MATVIEW: 'materialized view',
  OBJECT_FOREIGN_TABLE: 'foreign table',
};

/** Row 17: a table goes while the release that runs may still use it. */
export const dropTable: Rule = {
  id: 'drop-table',
  title: 'DROP TABLE',
  severity: 'error',
  what: 'A table or view that is dropped, unless the same file has made it; a view, unless the same transaction makes it again.',
  why:
    'The release that runs while the migration does still asks for the table, and fails. Its rows are gone for good, and ' +
    'no release before can be gone back to. First deploy a release that does not use it; drop it in a later one.',
  unsafe: 'DROP TABLE coupons;',
  checks: {
    DropStmt: (drop, statement, context) => {
      const kind = KINDS[drop.removeType ?? 'OBJECT_TABLE'];
      if (kind === undefined) return [];
      return (drop.objects ?? []).flatMap((object) => {
        const table = objectName(object);
        const name = sayName(table);
        const found: Found = {
          message: `DROP ${kind.toUpperCase()} takes ${name} away from the release that runs${kind === 'table' ? ', and its rows for good' : ''}.`,
          table,
          why: `Queries of ${name} fail from then on${drop.behavior === 'DROP_CASCADE' ? ', and CASCADE takes along whatever hangs on it: views, foreign keys' : ''}; going back to the release before is no way out.`,
          safeForm: [
            `-- Once no release that runs uses ${name}, in a migration of its own:`,
            `-- glidepath-ignore drop-table: no release that runs uses ${name} any more`,
            `DROP ${kind.toUpperCase()} IF EXISTS ${sqlName(table)};`,
          ].join('\n'),
        };
        // A table that comes back has lost its rows; a view had none.
        if (kind === 'table') return [found];
        return pending.add(found, statement, context, (other) => makesView(other, name));
      });
    },
  },
  atEnd: (context) => pending.left(context),
};

/** Fine, if the view is made again in the same transaction. */
const pending = createPendingFindings();

function makesView({ node }: Statement, name: string): boolean {
  if ('ViewStmt' in node) return sayName(relationName(node.ViewStmt.view)) === name;
  return 'CreateTableAsStmt' in node && sayName(relationName(node.CreateTableAsStmt.into?.rel)) === name;
}
