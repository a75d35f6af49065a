import type { Constraint } from 'libpg-query';
import type { LintContext } from '../lint-context.ts';
import { quoteName, sqlColumns, sqlName, strings } from '../parse/names.ts';
import type { Statement } from '../parse/statement.ts';
import type { TableCommand } from '../parse/table-commands.ts';
import { indexSteps } from './index-steps.ts';
import type { SafeStep } from './write-steps.ts';

/** A constraint that an index upholds. */
export interface IndexedConstraint {
  readonly added: TableCommand;
  readonly constraint: Constraint;
  readonly columns: readonly string[];
  readonly name: string;
  readonly kind: 'UNIQUE' | 'PRIMARY KEY';
}

/** Builds the index beside everybody's work, then makes it the constraint. */
export function uniqueIndexSteps(wanted: IndexedConstraint, context: LintContext): readonly SafeStep[] {
  const { added, constraint, name, kind } = wanted;
  const isPartitioned = context.table(added.table)?.isPartitioned === true;
  if (isPartitioned) {
    return [
      {
        note:
          `A partitioned table takes no index for a constraint. Build a unique index CONCURRENTLY on each partition,\n` +
          `make it the ${kind} of the partition with USING INDEX, then add the constraint to the table: it takes those over.`,
        sql: [],
      },
    ];
  }
  const put = [
    constraint.deferrable === true ? ' DEFERRABLE' : '',
    constraint.initdeferred === true ? ' INITIALLY DEFERRED' : '',
  ].join('');
  return [
    ...indexSteps({ name, table: added.table, isUnique: true, rest: restOf(wanted) }, context),
    {
      note: 'Then, in another file: the index becomes the constraint in a moment.',
      sql: [
        `ALTER TABLE ${sqlName(added.table)} ADD CONSTRAINT ${quoteName(name)} ${kind} USING INDEX ${quoteName(name)}${put}`,
      ],
    },
  ];
}

function restOf({ added, constraint, columns }: IndexedConstraint): string {
  const included = strings(constraint.including);
  return [
    `(${sqlColumns(columns)})`,
    included.length === 0 ? null : `INCLUDE (${sqlColumns(included)})`,
    constraint.nulls_not_distinct === true ? 'NULLS NOT DISTINCT' : null,
    storageText(added.statement, constraint),
    constraint.indexspace === undefined ? null : `TABLESPACE ${quoteName(constraint.indexspace)}`,
  ]
    .filter((part) => part !== null)
    .join(' ');
}

/** As written: `WITH (fillfactor = 70)`. */
function storageText(statement: Statement, { options = [] }: Constraint): string | null {
  const [first] = options;
  if (first === undefined || !('DefElem' in first)) return null;
  const at = statement.at(first.DefElem.location ?? 0);
  const words: string[] = [];
  let depth = 1;
  for (const { text, start } of statement.tokens()) {
    if (start < at) continue;
    if (text === '(') depth += 1;
    if (text === ')') depth -= 1;
    if (depth === 0) break;
    words.push(text);
  }
  return `WITH (${words.join(' ').replaceAll(' ,', ',')})`;
}
