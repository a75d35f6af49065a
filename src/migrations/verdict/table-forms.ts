import type { AlterTableCmd, AlterTableStmt, Node } from 'libpg-query';
import { relationName, sayName } from '../lint/parse/names.ts';
import { statementChange, type Job } from './judged-migration.ts';
import type { SchemaChange } from './schema-change.ts';
import { COMPARED_FORMS } from './statement-kinds.ts';

/** What an ALTER TABLE did to a table that was there, as far as its catalog does not tell. */
export function tableFormChanges(job: Job, { relation, cmds = [] }: AlterTableStmt): readonly SchemaChange[] {
  const table = relationName(relation);
  const isFresh = job.migration.names.isFreshTable(table);
  return cmds.flatMap((node) => {
    if (!('AlterTableCmd' in node)) return [];
    const command = node.AlterTableCmd;
    const { subtype } = command;
    if (subtype === undefined) return [];
    const said = sayName(table);
    if (subtype === 'AT_AlterColumnType')
      return isFresh || !isComputedAnew(job, table.name, command)
        ? []
        : [
            statementChange(
              job,
              `${said}.${command.name ?? ''}`,
              `Every value of ${said}.${command.name ?? ''} was computed anew: the release before reads other ones than it wrote.`,
            ),
          ];
    if (isFresh && !hasOtherTable(job, command)) return [];
    if (COMPARED_FORMS.has(subtype) && !restarts(command)) return [];
    return [statementChange(job, said, formReason(said, command))];
  });
}

function formReason(table: string, command: AlterTableCmd): string {
  if (restarts(command)) return `A sequence of ${table} begins elsewhere: numbers may be given twice.`;
  switch (command.subtype) {
    case 'AT_AddInherit':
    case 'AT_DropInherit':
    case 'AT_AttachPartition':
    case 'AT_DetachPartition':
    case 'AT_DetachPartitionFinalize':
      return `What ${table} is made of was changed: whoever reads or writes it gets to other rows.`;
    case 'AT_DisableTrigAll':
    case 'AT_EnableTrigAll':
      return `Triggers of ${table} were switched, those of its foreign keys among them: rows that they kept out may come in.`;
    default:
      return `A form of ALTER TABLE ran on ${table} of which it is not known who notices it.`;
  }
}

/** Whether a type is given by computing, or more than once: what was cut off on the way does not come back. */
function isComputedAnew({ migration }: Job, table: string, { name = '', def }: AlterTableCmd): boolean {
  const using = def !== undefined && 'ColumnDef' in def ? def.ColumnDef.raw_default : undefined;
  if (using !== undefined && !isColumn(using, name)) return true;
  const times = migration.nodes.flatMap((node) =>
    'AlterTableStmt' in node && node.AlterTableStmt.relation?.relname === table
      ? (node.AlterTableStmt.cmds ?? []).filter(
          (each) =>
            'AlterTableCmd' in each &&
            each.AlterTableCmd.subtype === 'AT_AlterColumnType' &&
            each.AlterTableCmd.name === name,
        )
      : [],
  );
  return times.length > 1;
}

/** `total`, `total::bigint` */
function isColumn(node: Node, column: string): boolean {
  if ('TypeCast' in node) return node.TypeCast.arg !== undefined && isColumn(node.TypeCast.arg, column);
  if (!('ColumnRef' in node)) return false;
  const last = node.ColumnRef.fields?.at(-1);
  return last !== undefined && 'String' in last && last.String.sval === column;
}

function restarts({ subtype, def }: AlterTableCmd): boolean {
  return subtype === 'AT_SetIdentity' && JSON.stringify(def ?? {}).includes('"defname":"restart"');
}

/** Whether a table that was there is put below or taken from a new one. */
function hasOtherTable({ migration }: Job, { subtype = 'AT_AddColumn', def }: AlterTableCmd): boolean {
  if (!/Inherit|Partition/.test(subtype)) return false;
  const other =
    def === undefined
      ? undefined
      : 'PartitionCmd' in def
        ? def.PartitionCmd.name
        : 'RangeVar' in def
          ? def.RangeVar
          : undefined;
  return !migration.names.isFreshTable(relationName(other));
}
