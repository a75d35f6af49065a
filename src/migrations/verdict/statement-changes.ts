import type { Node, ObjectType } from 'libpg-query';
import { nodesIn } from '../lint/parse/expressions.ts';
import { listName, relationName, sayName, strings } from '../lint/parse/names.ts';
import { executedParts } from './executed-parts.ts';
import { statementChange, type Job, type JudgedMigration } from './judged-migration.ts';
import { rowChanges } from './row-changes.ts';
import type { SchemaChange } from './schema-change.ts';
import {
  COMPARED_OBJECTS,
  COMPARED_RIGHTS,
  DEFINED_OBJECTS,
  OF_SESSION,
  OPAQUE,
  READS,
  TOLD_BY_CATALOG,
} from './statement-kinds.ts';
import { tableFormChanges } from './table-forms.ts';

/**
 * What statements did of which the catalog does not tell. A kind of statement that is not known to be told by it, a call
 * of anything that is not Postgres' own, and a write to anything but a new table is something that the release before may
 * meet: nothing is safe because nobody thought of it.
 */
export function statementChanges(migration: JudgedMigration): readonly SchemaChange[] {
  return migration.statements.flatMap((statement) => {
    if (statement.nodes === null)
      return [
        {
          limit: 'code-only' as const,
          what: 'a statement',
          reason: 'A statement cannot be parsed, so what it did is not known.',
          statement: statement.number,
        },
      ];
    return statement.nodes.flatMap((top) => changesOf({ migration, statement, top }));
  });
}

/** Whether a migration ran anything but what reads, or is about its session. */
export function hasDoneAnything({ statements }: JudgedMigration): boolean {
  return statements.some(
    ({ nodes }) =>
      nodes === null ||
      nodes.some((node) => {
        const kind = kindOf(node);
        return !OF_SESSION.has(kind) && (!READS.has(kind) || makesTable(node));
      }),
  );
}

function makesTable(node: Node): boolean {
  return 'SelectStmt' in node && node.SelectStmt.intoClause !== undefined;
}

function kindOf(node: Node): string {
  return Object.keys(node)[0] ?? '';
}

function changesOf(job: Job): readonly SchemaChange[] {
  const { top, migration } = job;
  // An index of an empty table computes nothing.
  const isOfFresh = 'IndexStmt' in top && migration.names.isFreshTable(relationName(top.IndexStmt.relation));
  const parts = (isOfFresh ? [] : executedParts(top)).flatMap((part) => [...nodesIn(part)]);
  const ran = parts.flatMap((node) => [...rowChanges(job, node), ...codeRun(job, node)]);
  const copied = 'CopyStmt' in top ? rowChanges(job, top) : [];
  return [...kindChanges(job), ...copied, ...ran];
}

/** What its kind alone says of a statement. */
function kindChanges(job: Job): readonly SchemaChange[] {
  const { top } = job;
  const kind = kindOf(top);
  if (OPAQUE[kind] !== undefined) return [statementChange(job, kind, OPAQUE[kind])];
  if (OF_SESSION.has(kind) || READS.has(kind) || WRITES.has(kind) || TOLD_BY_CATALOG.has(kind)) return [];
  if ('AlterTableStmt' in top) return tableFormChanges(job, top.AlterTableStmt);
  if ('AlterSeqStmt' in top) return sequenceChanges(job, top);
  return isKnownForm(top) ? [] : [statementChange(job, kind, unknownReason(kind))];
}

/** What they wrote is looked at by itself. */
const WRITES: ReadonlySet<string> = new Set([
  'InsertStmt',
  'UpdateStmt',
  'DeleteStmt',
  'MergeStmt',
  'TruncateStmt',
]);

function isKnownForm(node: Node): boolean {
  if ('DropStmt' in node) return isIn(COMPARED_OBJECTS, node.DropStmt.removeType);
  if ('RenameStmt' in node) return isIn(COMPARED_OBJECTS, node.RenameStmt.renameType);
  if ('AlterObjectSchemaStmt' in node) return isIn(COMPARED_OBJECTS, node.AlterObjectSchemaStmt.objectType);
  if ('AlterOwnerStmt' in node) return isIn(COMPARED_RIGHTS, node.AlterOwnerStmt.objectType);
  if ('DefineStmt' in node) return isIn(DEFINED_OBJECTS, node.DefineStmt.kind);
  if ('GrantStmt' in node)
    return node.GrantStmt.is_grant === true || isIn(COMPARED_RIGHTS, node.GrantStmt.objtype);
  // Rows are looked at by themselves; a program on the server may do anything.
  return 'CopyStmt' in node && node.CopyStmt.is_program !== true;
}

function isIn(known: ReadonlySet<ObjectType>, type: ObjectType | undefined): boolean {
  return type !== undefined && known.has(type);
}

function sequenceChanges(
  job: Job,
  { AlterSeqStmt: { sequence, options } }: Extract<Node, { AlterSeqStmt: unknown }>,
): readonly SchemaChange[] {
  const name = relationName(sequence);
  const restarts = JSON.stringify(options ?? []).includes('"defname":"restart"');
  if (!restarts || job.migration.names.isFreshSequence(name)) return [];
  return [
    statementChange(
      job,
      sayName(name),
      `The sequence ${sayName(name)} begins elsewhere: numbers may be given twice.`,
    ),
  ];
}

/** `CreateSubscriptionStmt` → `CREATE SUBSCRIPTION` */
function unknownReason(kind: string): string {
  const words = kind
    .replace(/Stmt$/, '')
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toUpperCase();
  return `${words} ran: whether the release before notices what it did is not known.`;
}

/** Code that a part of a statement ran. */
function codeRun(job: Job, node: Node): readonly SchemaChange[] {
  const { code } = job.migration;
  if ('ExecuteStmt' in node) return [statementChange(job, 'EXECUTE', OPAQUE['ExecuteStmt'] ?? '')];
  if ('FuncCall' in node && !code.isHarmless(node.FuncCall)) {
    const { name } = listName(node.FuncCall.funcname);
    return [
      statementChange(job, name, `The function ${name} ran: what it did to rows or sequences is not known.`),
    ];
  }
  if ('A_Expr' in node) {
    const symbol = strings(node.A_Expr.name).at(-1) ?? '';
    if (code.isOwnOperator(symbol))
      return [
        statementChange(
          job,
          symbol,
          `The operator ${symbol} ran: what its function did to rows or sequences is not known.`,
        ),
      ];
  }
  return [];
}
