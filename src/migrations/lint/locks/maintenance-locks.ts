import type { Node, RangeVar } from 'libpg-query';
import type { LockedWork, LockMode } from '../finding.ts';
import { keyOf } from '../history/schema-history.ts';
import type { LockKnowledge, TableLock } from './table-lock.ts';
import { lockModeOf } from './table-lock.ts';
import { objectName, relationName, strings } from '../parse/names.ts';

/** What statements lock that neither define a table nor change rows; null: it is none of them. */
export function maintenanceLocks(node: Node, knowledge: LockKnowledge): readonly TableLock[] | null {
  if ('CreateTrigStmt' in node) return one(node.CreateTrigStmt.relation, 'ShareRowExclusive');
  if ('RuleStmt' in node) return one(node.RuleStmt.relation, 'AccessExclusive');
  if ('CreatePolicyStmt' in node) return one(node.CreatePolicyStmt.table, 'AccessExclusive');
  if ('AlterPolicyStmt' in node) return one(node.AlterPolicyStmt.table, 'AccessExclusive');
  if ('TruncateStmt' in node) {
    return (node.TruncateStmt.relations ?? []).flatMap((relation) =>
      'RangeVar' in relation ? one(relation.RangeVar, 'AccessExclusive') : [],
    );
  }
  if ('LockStmt' in node) return lockTable(node);
  if ('RefreshMatViewStmt' in node) {
    const { relation, concurrent } = node.RefreshMatViewStmt;
    // CONCURRENTLY compares what is there with what should be, row by row.
    return concurrent === true
      ? one(relation, 'Exclusive', 'scan')
      : one(relation, 'AccessExclusive', 'rewrite');
  }
  if ('RenameStmt' in node) return renameLocks(node);
  if ('AlterObjectSchemaStmt' in node) {
    const { objectType, relation } = node.AlterObjectSchemaStmt;
    return objectType === 'OBJECT_TABLE' ? one(relation, 'AccessExclusive') : [];
  }
  if ('AlterDomainStmt' in node) return domainLocks(node, knowledge);
  return upkeepLocks(node);
}

function upkeepLocks(node: Node): readonly TableLock[] | null {
  if ('ClusterStmt' in node) return one(node.ClusterStmt.relation, 'AccessExclusive', 'rewrite');
  if ('VacuumStmt' in node) return vacuumLocks(node);
  if ('CommentStmt' in node) {
    const { objtype, object } = node.CommentStmt;
    if (object === undefined || (objtype !== 'OBJECT_TABLE' && objtype !== 'OBJECT_COLUMN')) return [];
    const words = 'List' in object ? strings(object.List.items) : [];
    const name =
      objtype === 'OBJECT_TABLE'
        ? objectName(object)
        : { schema: words.at(-3) ?? null, name: words.at(-2) ?? '' };
    return [{ table: name, lock: 'ShareUpdateExclusive', work: 'none' }];
  }
  if ('CreateStatsStmt' in node) {
    return (node.CreateStatsStmt.relations ?? []).flatMap((relation) =>
      'RangeVar' in relation ? one(relation.RangeVar, 'ShareUpdateExclusive') : [],
    );
  }
  return null;
}

function one(
  relation: RangeVar | undefined,
  lock: LockMode,
  work: LockedWork = 'none',
): readonly TableLock[] {
  return relation === undefined ? [] : [{ table: relationName(relation), lock, work }];
}

function lockTable(node: Extract<Node, { LockStmt: unknown }>): readonly TableLock[] {
  const { relations = [], mode = 8 } = node.LockStmt;
  return relations.flatMap((relation) =>
    'RangeVar' in relation ? one(relation.RangeVar, lockModeOf(mode)) : [],
  );
}

function renameLocks(node: Extract<Node, { RenameStmt: unknown }>): readonly TableLock[] {
  const { renameType, relationType, relation } = node.RenameStmt;
  // An index is renamed beside all that goes on with its table.
  if (renameType === 'OBJECT_INDEX') return one(relation, 'ShareUpdateExclusive');
  const isOfTable =
    renameType === 'OBJECT_TABLE' ||
    renameType === 'OBJECT_TABCONSTRAINT' ||
    renameType === 'OBJECT_TRIGGER' ||
    renameType === 'OBJECT_POLICY' ||
    (renameType === 'OBJECT_COLUMN' && relationType === 'OBJECT_TABLE');
  return isOfTable ? one(relation, 'AccessExclusive') : [];
}

function vacuumLocks(node: Extract<Node, { VacuumStmt: unknown }>): readonly TableLock[] {
  const { options = [], rels = [], is_vacuumcmd: isVacuum } = node.VacuumStmt;
  const isFull = options.some((option) => 'DefElem' in option && option.DefElem.defname === 'full');
  const [lock, work]: [LockMode, LockedWork] = isFull
    ? ['AccessExclusive', 'rewrite']
    : ['ShareUpdateExclusive', isVacuum === true ? 'scan' : 'none'];
  return rels.flatMap((rel) => ('VacuumRelation' in rel ? one(rel.VacuumRelation.relation, lock, work) : []));
}

/** A domain's new check is looked up in every column of that type. */
function domainLocks(
  node: Extract<Node, { AlterDomainStmt: unknown }>,
  { history }: LockKnowledge,
): readonly TableLock[] {
  const { subtype, typeName = [], def } = node.AlterDomainStmt;
  const isAdd = subtype === 'C' || subtype === 'O';
  if (!isAdd && subtype !== 'V') return [];
  const isNotValid =
    isAdd && def !== undefined && 'Constraint' in def && def.Constraint.skip_validation === true;
  const words = strings(typeName);
  const domain = keyOf(history, { schema: words.at(-2) ?? null, name: words.at(-1) ?? '' });
  return [...history.tables.values()].flatMap(({ name, columns }): readonly TableLock[] => {
    const isUsed = [...columns.values()].some(({ type }) => type !== null && keyOf(history, type) === domain);
    return isUsed && !isNotValid ? [{ table: name, lock: 'Share', work: 'scan' }] : [];
  });
}
