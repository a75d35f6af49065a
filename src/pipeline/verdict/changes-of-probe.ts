import { loadSqlParser } from '../../migrations/lint/parse/sql-parser.ts';
import { allChanges } from '../../migrations/verdict/all-changes.ts';
import type { Catalog, CatalogObject } from '../../migrations/verdict/catalog.ts';
import type { SchemaChange } from '../../migrations/verdict/schema-change.ts';
import { isBookkeeping, isBookkeepingTable } from '../flight/bookkeeping.ts';
import type { ProbeOutcome } from '../probe/probe-record.ts';

/** What a verdict is made of besides trials. */
export interface ProbedChanges {
  readonly changes: readonly SchemaChange[];
  /** Whether anything was done to the database at all. */
  readonly hasChanged: boolean;
}

/** What of a probe is asked. */
export type ProbedStatements = Pick<ProbeOutcome, 'sql'> & {
  readonly record: Pick<ProbeOutcome['record'], 'statements' | 'seenBy'>;
};

const UNREAD: SchemaChange = {
  limit: 'gone',
  what: 'the catalog',
  reason: 'The catalog could not be read, so what was added, changed or removed is unknown.',
  statement: null,
};

/**
 * What the migrations of a probe changed, from the catalogs of before and after and the statements as they were sent: what
 * is recorded of them has no values any more, and some cannot be parsed without.
 */
export async function changesOfProbe(
  { record, sql }: ProbedStatements,
  before: Catalog | null,
  after: Catalog | null,
): Promise<ProbedChanges> {
  if (before === null || after === null) return { changes: [UNREAD], hasChanged: true };
  const statements = record.statements
    .map(({ number, rows, error, ...each }) => ({ number, rows, error, sql: sql.get(number) ?? each.sql }))
    .filter((statement) => !isBookkeeping(statement.sql, statement.rows));
  const parser = await loadSqlParser();
  const ran = { before: withoutBookkeeping(before), after: withoutBookkeeping(after), statements };
  const { changes, hasDoneAnything } = allChanges(parser, { ...ran, isWhole: true });
  const hasChanged = hasDoneAnything || changes.length > 0 || !isSame(before, after);
  // Of what was only seen from outside some may be missing; where nothing at all was seen, nothing ran.
  if (record.seenBy === 'tap' || !hasChanged) return { changes, hasChanged };
  return { changes: allChanges(parser, { ...ran, isWhole: false }).changes, hasChanged };
}

/** The tool counts on in its own table, whatever it migrates. */
function withoutBookkeeping({ objects, ...rest }: Catalog): Catalog {
  return {
    ...rest,
    objects: objects.map((object) => {
      const table = object.kind === 'relation' ? object.name : (object.facts.ownedBy ?? null);
      return table !== null && isBookkeepingTable(table) ? withoutCounts(object) : object;
    }),
  };
}

function withoutCounts({ facts, ...object }: CatalogObject): CatalogObject {
  const { writes: _writes, position: _position, file: _file, ...rest } = facts;
  return { ...object, facts: rest };
}

function isSame(before: Catalog, after: Catalog): boolean {
  const text = (catalog: Catalog): string =>
    withoutBookkeeping(catalog)
      .objects.map((object) => JSON.stringify(object))
      .toSorted()
      .join('\n');
  return text(before) === text(after);
}
