import type { LintContext } from '../lint-context.ts';
import type { ViewState } from '../history/schema-history.ts';
import { dependentViews } from '../history/dependent-views.ts';
import { sayName, sqlName } from '../parse/names.ts';
import type { TableCommand } from '../parse/table-commands.ts';
import { onCommands } from '../parse/table-commands.ts';
import type { Found, Rule } from '../rule.ts';
import { writeSteps } from '../safe-forms/write-steps.ts';

/** A column is changed or dropped that a view reads. */
export const viewUsesColumn: Rule = {
  id: 'view-uses-column',
  title: 'A view reads the column that is changed or dropped',
  severity: 'error',
  what:
    'ALTER COLUMN TYPE or DROP COLUMN of a column that a view or materialized view reads, as the files before or the ' +
    'server say.',
  why:
    'Postgres refuses it, even where the type would change for free. DROP COLUMN … CASCADE drops the view with it, and ' +
    'the release that reads from it fails.',
  unsafe: 'ALTER TABLE orders ALTER COLUMN number TYPE text;',
  before:
    'CREATE TABLE orders (id bigint PRIMARY KEY, number varchar(10), paid boolean);\n' +
    'CREATE VIEW open_orders AS SELECT id, number FROM orders WHERE NOT paid;',
  isForNewTables: true,
  checks: {
    AlterTableStmt: onCommands({
      AT_AlterColumnType: (changed, context) => check(changed, 'refuses to change its type', context),
      AT_DropColumn: (dropped, context) =>
        check(
          dropped,
          dropped.command.behavior === 'DROP_CASCADE' ? 'goes with it' : 'refuses to drop it',
          context,
        ),
    }),
  },
};

function check(command: TableCommand, what: string, context: LintContext): readonly Found[] {
  const column = command.command.name ?? '';
  const views = dependentViews(context.history, { table: command.table, column });
  const [first] = views;
  if (first === undefined) return [];
  const says = what === 'goes with it' ? what : `Postgres ${what}`;
  return [
    {
      message: `View ${sayName(first.name)} reads column ${column} of ${sayName(command.table)}: ${says}.`,
      table: command.table,
      at: command.at,
      why: null,
      safeForm: () => around(command, views),
    },
  ];
}

function around(command: TableCommand, views: readonly ViewState[]): string {
  const kindOf = ({ isMaterialized }: ViewState): string => (isMaterialized ? 'MATERIALIZED VIEW' : 'VIEW');
  const drops = views.toReversed().map((view) => `DROP ${kindOf(view)} ${sqlName(view.name)}`);
  const plain = `${command.head} ${command.text}`.replace(/\s+cascade$/i, '');
  const isDrop = command.command.subtype === 'AT_DropColumn';
  const unknown = views.filter(({ definition }) => isDrop || definition === null);
  const makes = views.flatMap((view) =>
    isDrop || view.definition === null
      ? []
      : [`CREATE ${kindOf(view)} ${sqlName(view.name)} AS ${view.definition.replace(/;\s*$/, '')}`],
  );
  const isMaterialized = views.some((view) => view.isMaterialized);
  return writeSteps([
    {
      note: 'In one transaction, so that nobody misses the view in between.',
      sql: ['BEGIN', "SET LOCAL lock_timeout = '1s'", ...drops, plain, ...makes, 'COMMIT'],
    },
    ...(unknown.length === 0
      ? []
      : [
          {
            note: `Make anew before COMMIT: ${unknown.map(({ name }) => sayName(name)).join(', ')}.`,
            sql: [],
          },
        ]),
    ...(isMaterialized
      ? [{ note: 'A materialized view also needs its indexes and grants anew.', sql: [] }]
      : [{ note: 'Grants on the view must be given anew.', sql: [] }]),
  ]);
}
