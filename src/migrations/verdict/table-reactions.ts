import { relationName, type SqlName } from '../lint/parse/names.ts';
import { bareName, type CatalogObject, type RowEvent } from './catalog.ts';
import type { JudgedMigration } from './judged-migration.ts';

/** Of `CREATE TRIGGER` (`src/include/catalog/pg_trigger.h`). */
const EVENT_BITS: Readonly<Record<RowEvent, number>> = { insert: 4, delete: 8, update: 16, truncate: 32 };

/** Whether a trigger or a rule may do something when rows of a table are written: at any moment of the migration. */
export function reacts(migration: JudgedMigration, table: SqlName, event: RowEvent): boolean {
  const { before, after, nodes } = migration;
  const own = [table.name, ...partsOf(migration, table)];
  const isOwn = (of: string | null): boolean => of !== null && own.includes(bareName(of));
  const inCatalog = [...before.objects, ...after.objects].some(
    ({ kind, of, facts }) =>
      isOwn(of) && (kind === 'rule' || (kind === 'trigger' && facts.fires?.includes(event) === true)),
  );
  return (
    inCatalog ||
    nodes.some((node) => {
      if ('RuleStmt' in node) return isOwn(relationName(node.RuleStmt.relation).name);
      if (!('CreateTrigStmt' in node)) return false;
      const { relation, events = 0 } = node.CreateTrigStmt;
      return isOwn(relationName(relation).name) && (events & EVENT_BITS[event]) !== 0;
    })
  );
}

/** The bare names of a table's partitions and heirs, and of theirs. */
function partsOf({ before, after }: JudgedMigration, table: SqlName): readonly string[] {
  const relations = [...before.objects, ...after.objects].filter(({ kind }) => kind === 'relation');
  const found = new Set<string>([table.name]);
  const isPart = ({ facts }: CatalogObject): boolean =>
    (facts.parents ?? []).some((parent) => found.has(bareName(parent)));
  for (let size = 0; size !== found.size;) {
    size = found.size;
    for (const relation of relations) if (isPart(relation)) found.add(bareName(relation.name));
  }
  return [...found];
}

/** Whether a table that was there before refers to this one, so that its rows go or change with those of this one. */
export function isReferredToByOld({ before, after, nodes, names }: JudgedMigration, table: SqlName): boolean {
  const isThis = (name: string): boolean => bareName(name) === table.name;
  const wasThere = (of: string | null): boolean =>
    before.objects.some(({ kind, name }) => kind === 'relation' && name === of);
  const inCatalog = after.objects.some(
    ({ kind, of, facts }) => kind === 'constraint' && isThis(facts.references ?? '') && wasThere(of),
  );
  // It may have been dropped again since.
  return (
    inCatalog ||
    nodes.some(
      (node) =>
        'AlterTableStmt' in node &&
        !names.isFreshTable(relationName(node.AlterTableStmt.relation)) &&
        JSON.stringify(node).includes(`"relname":${JSON.stringify(table.name)}`),
    )
  );
}
