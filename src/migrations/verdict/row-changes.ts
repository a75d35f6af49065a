import type { MergeStmt, Node, RangeVar, TruncateStmt, UpdateStmt } from 'libpg-query';
import { relationName, sayName } from '../lint/parse/names.ts';
import type { RowEvent } from './catalog.ts';
import { statementChange, type Job } from './judged-migration.ts';
import type { SchemaChange } from './schema-change.ts';
import { isReferredToByOld, reacts } from './table-reactions.ts';

/** A statement that writes rows, and what to say where they were there before. */
interface Write {
  readonly relation: RangeVar | undefined;
  readonly event: RowEvent;
  readonly reason: (table: string) => string;
}

/**
 * What a node, a statement or a part of one, wrote to rows that were there before. To write to a table that the migration
 * made itself is nothing, as long as nothing else is set off by that; nor is to fill a column that it added. That no row was
 * found on a branch says nothing of the next minute.
 */
export function rowChanges(job: Job, node: Node): readonly SchemaChange[] {
  if ('TruncateStmt' in node) return truncated(job, node.TruncateStmt);
  const write = writeOf(node);
  if (write === null) return [];
  const name = relationName(write.relation);
  if (isFill(job, node)) return [];
  const { names } = job.migration;
  if (!names.isFreshTable(name)) {
    const isOld = names.oldRelations(name).length > 0;
    const reason = isOld
      ? write.reason(sayName(name))
      : `Rows were written through ${sayName(name)}: which of those that were there is not known.`;
    return [statementChange(job, sayName(name), reason)];
  }
  if (reacts(job.migration, name, write.event))
    return [
      statementChange(
        job,
        sayName(name),
        `Rows of the new table ${sayName(name)} were written, and a trigger or a rule of it ran: what that did is not known.`,
      ),
    ];
  if (write.event !== 'insert' && isReferredToByOld(job.migration, name))
    return [statementChange(job, sayName(name), goneAlong(sayName(name)))];
  return [];
}

function goneAlong(table: string): string {
  return `Rows of the new table ${table} were written, to which a table that was there refers: its rows may have gone or changed with them.`;
}

function writeOf(node: Node): Write | null {
  if ('DeleteStmt' in node)
    return {
      relation: node.DeleteStmt.relation,
      event: 'delete',
      reason: (table) => `Rows of ${table} were deleted.`,
    };
  if ('InsertStmt' in node)
    return {
      relation: node.InsertStmt.relation,
      event: node.InsertStmt.onConflictClause?.action === 'ONCONFLICT_UPDATE' ? 'update' : 'insert',
      reason: (table) => `Rows were put into ${table}, which the release before reads.`,
    };
  if ('CopyStmt' in node && node.CopyStmt.is_from === true)
    return {
      relation: node.CopyStmt.relation,
      event: 'insert',
      reason: (table) => `COPY put rows into ${table}, which the release before reads.`,
    };
  if ('MergeStmt' in node) return mergeOf(node.MergeStmt);
  if ('UpdateStmt' in node)
    return {
      relation: node.UpdateStmt.relation,
      event: 'update',
      reason: (table) =>
        `Values of ${table} were changed: the release before reads other ones than it wrote.`,
    };
  return null;
}

function mergeOf({ relation }: MergeStmt): Write {
  return { relation, event: 'update', reason: (table) => `Rows of ${table} were changed.` };
}

/** Whether two nodes are one: what is walked to is wrapped anew. */
function isSame(one: Node, other: Node): boolean {
  return Object.values(one)[0] === Object.values(other)[0];
}

/** To fill a new column changes nothing for whoever does not know of it. */
export function isFill({ migration, top }: Pick<Job, 'migration' | 'top'>, node: Node): boolean {
  // Of another one than the statement itself nobody says how many rows it wrote.
  if (!('UpdateStmt' in node) || !isSame(node, top)) return false;
  const { relation, targetList = [] }: UpdateStmt = node.UpdateStmt;
  const table = relationName(relation);
  const columns = targetList.flatMap((each) => ('ResTarget' in each ? [each.ResTarget.name ?? ''] : []));
  return (
    migration.names.oldRelations(table).length > 0 &&
    columns.length === targetList.length &&
    columns.every((column) => migration.names.isFreshColumn(table, column)) &&
    !reacts(migration, table, 'update')
  );
}

function truncated(job: Job, { relations = [], behavior }: TruncateStmt): readonly SchemaChange[] {
  const tables = relations.flatMap((each) => ('RangeVar' in each ? [relationName(each.RangeVar)] : []));
  const old = tables.filter((name) => !job.migration.names.isFreshTable(name));
  const said = tables.map(sayName).join(', ');
  if (old.length > 0)
    return old.map((name) =>
      statementChange(job, sayName(name), `Every row of ${sayName(name)} was deleted.`),
    );
  if (behavior === 'DROP_CASCADE')
    return [
      statementChange(
        job,
        said,
        `TRUNCATE CASCADE emptied ${said}, and every table that refers to it, whatever was there before.`,
      ),
    ];
  return tables.some((name) => reacts(job.migration, name, 'truncate'))
    ? [statementChange(job, said, `A trigger of ${said} ran: what it did is not known.`)]
    : [];
}
