import type { SqlParser } from '../lint/parse/sql-parser.ts';
import type { Catalog } from './catalog.ts';
import { sayWhole } from './catalog.ts';
import { judgedMigration } from './judged-migration.ts';
import { parsedStatements, type ExecutedStatement } from './parsed-statement.ts';
import type { SchemaChange } from './schema-change.ts';
import { pairOf, schemaChanges, type JudgedObject } from './schema-changes.ts';
import { hasDoneAnything, statementChanges } from './statement-changes.ts';
import { unseenWrites } from './unseen-writes.ts';

/** What is known of a migration that ran. */
export interface RanMigration {
  readonly before: Catalog;
  readonly after: Catalog;
  /** Without those by which the tool writes down how far it is. */
  readonly statements: readonly ExecutedStatement[];
  /** Whether every statement was seen. */
  readonly isWhole: boolean;
}

/** What a migration did. */
export interface MigrationChanges {
  /** All that code which does not know of it can notice, the gravest first. */
  readonly changes: readonly SchemaChange[];
  /** Whether it ran anything that is not only reading. */
  readonly hasDoneAnything: boolean;
}

/** All that a migration changed which code that does not know of it can notice. */
export function allChanges(parser: SqlParser, ran: RanMigration): MigrationChanges {
  const { before, after, statements, isWhole } = ran;
  const pair = pairOf(before, after);
  const migration = judgedMigration(parsedStatements(parser, statements), before, after);
  const ofSchema = schemaChanges(pair).map((judged) => toChange(judged, statements));
  const ofStatements = statementChanges(migration);
  const found = [...ofSchema, ...ofStatements];
  // What is known to be done is said once, by the statement that did it.
  const unseen = unseenWrites(migration, pair).filter(
    ({ what }) => !found.some((known) => known.limit !== 'safe' && known.what === what),
  );
  return {
    changes: once([...found, ...unseen, ...(isWhole ? [] : [NOT_ALL_SEEN])]).toSorted(
      (one, other) => ORDER.indexOf(one.limit) - ORDER.indexOf(other.limit),
    ),
    hasDoneAnything: hasDoneAnything(migration),
  };
}

/** A thousand batches say the same a thousand times. */
function once(changes: readonly SchemaChange[]): readonly SchemaChange[] {
  const first = new Map<string, SchemaChange>();
  for (const change of changes) {
    const key = `${change.limit} ${change.reason}`;
    if (!first.has(key)) first.set(key, change);
  }
  return [...first.values()];
}

const NOT_ALL_SEEN: SchemaChange = {
  limit: 'code-only',
  what: 'rows',
  reason: 'Not every statement was seen: what was done to rows is not known.',
  statement: null,
};

const ORDER: readonly SchemaChange['limit'][] = ['forward-only', 'gone', 'code-only', 'safe'];

function toChange(
  { object, limit, reason }: JudgedObject,
  statements: readonly ExecutedStatement[],
): SchemaChange {
  return { limit, what: sayWhole(object), reason, statement: statementOf(object, statements) };
}

/** The last statement that names the object, and what it belongs to. A function's arguments are no part of its name. */
function statementOf(
  { of, name }: JudgedObject['object'],
  statements: readonly ExecutedStatement[],
): number | null {
  const words = [...(of === null ? [] : [lastPart(of)]), lastPart(name.replace(/\(.*$/, ''))];
  const naming = (wanted: readonly string[]): number | null =>
    statements.findLast(({ sql, error }) => error === null && wanted.every((word) => hasWord(sql, word)))
      ?.number ?? null;
  // The name of an index or a constraint may be Postgres' own.
  return naming(words) ?? (of === null ? null : naming(words.slice(0, 1)));
}

function lastPart(name: string): string {
  return name.split('.').at(-1) ?? name;
}

function hasWord(sql: string, word: string): boolean {
  const escaped = word.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`(?<![\\w$])${escaped}(?![\\w$])`, 'i').test(sql);
}
