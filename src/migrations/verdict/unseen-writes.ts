import type { ParsedStatement } from './parsed-statement.ts';
import type { CatalogPair } from './catalog-pair.ts';
import { bareName, sayObject, type CatalogObject, type RowWrites } from './catalog.ts';
import type { JudgedMigration } from './judged-migration.ts';
import { isFill } from './row-changes.ts';
import type { SchemaChange } from './schema-change.ts';

/**
 * A net below the rules: what the server itself counted. Rows of tables that were there, their files and the numbers of
 * sequences, whatever wrote them. Rows of new columns that were filled are known, and taken off.
 */
export function unseenWrites(migration: JudgedMigration, pair: CatalogPair): readonly SchemaChange[] {
  const kept = migration.before.objects.flatMap((before) => {
    const after = pair.byIdentity('after', before);
    return after === null ? [] : [{ before, after }];
  });
  return [...countedRows(migration, kept), ...newFiles(migration, kept), ...movedSequences(kept)];
}

interface Kept {
  readonly before: CatalogObject;
  readonly after: CatalogObject;
}

function countedRows(migration: JudgedMigration, kept: readonly Kept[]): readonly SchemaChange[] {
  const written = kept.flatMap(({ before, after }) => {
    const [had, has] = [before.facts.writes, after.facts.writes];
    if (had == null || has == null || isSame(had, has)) return [];
    const difference = {
      inserted: has.inserted - had.inserted,
      updated: has.updated - had.updated,
      deleted: has.deleted - had.deleted,
    };
    return [{ table: sayObject(before.name), ...difference }];
  });
  const filled = migration.statements.reduce((rows, each) => rows + filledRows(migration, each), 0);
  const updated = written.reduce((rows, each) => rows + each.updated, 0);
  const unexplained = written.filter(
    (each) => each.inserted !== 0 || each.deleted !== 0 || each.updated < 0 || updated > filled,
  );
  return unexplained.map(({ table, inserted, updated: changed, deleted }) => ({
    limit: 'code-only',
    what: table,
    reason:
      Math.min(inserted, changed, deleted) < 0
        ? `The server's counts of ${table} were reset, so what was done to its rows is not known.`
        : `The server counted writes to ${table}: ${counts({ inserted, updated: changed, deleted })}.`,
    statement: null,
  }));
}

function counts({ inserted, updated, deleted }: RowWrites): string {
  return [
    ...(inserted === 0 ? [] : [`${inserted} inserted`]),
    ...(updated === 0 ? [] : [`${updated} updated`]),
    ...(deleted === 0 ? [] : [`${deleted} deleted`]),
  ].join(', ');
}

function isSame(had: RowWrites, has: RowWrites): boolean {
  return had.inserted === has.inserted && had.updated === has.updated && had.deleted === has.deleted;
}

function filledRows(migration: JudgedMigration, { nodes, rows }: ParsedStatement): number {
  const [top] = nodes ?? [];
  return top !== undefined && isFill({ migration, top }, top) ? (rows ?? 0) : 0;
}

/** A table gets another file when it is written anew or emptied. */
function newFiles({ nodes }: JudgedMigration, kept: readonly Kept[]): readonly SchemaChange[] {
  const words = new Set(nodes.flatMap((node) => (isRewrite(node) ? namesIn(node) : [])));
  const isAnything = nodes.some((node) => isRewrite(node) && namesIn(node).length === 0);
  const byName = new Map(kept.map(({ before }) => [before.name, before]));
  const isExplained = ({ name, facts }: CatalogObject): boolean =>
    words.has(bareName(name)) ||
    (facts.parents ?? []).some((parent) => {
      const above = byName.get(parent);
      return above !== undefined && isExplained(above);
    });
  return kept.flatMap(({ before, after }) =>
    before.facts.file === after.facts.file ||
    before.facts.file == null ||
    isAnything ||
    isExplained(before) ||
    isExplained(after)
      ? []
      : [
          {
            limit: 'code-only' as const,
            what: sayObject(before.name),
            reason: `${sayObject(before.name)} has another file and no statement says why: it may have been emptied.`,
            statement: null,
          },
        ],
  );
}

function isRewrite(node: object): boolean {
  return ['AlterTableStmt', 'VacuumStmt', 'ClusterStmt', 'RepackStmt'].some((kind) => kind in node);
}

function namesIn(node: unknown): readonly string[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) =>
    key === 'relname' && typeof value === 'string' ? [value] : namesIn(value),
  );
}

function movedSequences(kept: readonly Kept[]): readonly SchemaChange[] {
  return kept.flatMap(({ before, after }) =>
    before.kind !== 'sequence' || (before.facts.position ?? null) === (after.facts.position ?? null)
      ? []
      : [
          {
            limit: 'code-only' as const,
            what: sayObject(before.name),
            reason: `The sequence ${sayObject(before.name)} has given or skipped numbers.`,
            statement: null,
          },
        ],
  );
}
