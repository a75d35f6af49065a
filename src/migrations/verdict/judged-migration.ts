import type { Node } from 'libpg-query';
import { calledCode, type CalledCode } from './called-code.ts';
import type { Catalog } from './catalog.ts';
import { migrationNames, type MigrationNames } from './migration-names.ts';
import type { ParsedStatement } from './parsed-statement.ts';
import type { SchemaChange } from './schema-change.ts';

/** A migration as its statements are judged by. */
export interface JudgedMigration {
  readonly before: Catalog;
  readonly after: Catalog;
  readonly statements: readonly ParsedStatement[];
  /** All that its statements are made of. */
  readonly nodes: readonly Node[];
  readonly names: MigrationNames;
  readonly code: CalledCode;
}

/** Gathers what is known of a migration. */
export function judgedMigration(
  statements: readonly ParsedStatement[],
  before: Catalog,
  after: Catalog,
): JudgedMigration {
  const nodes = statements.flatMap((statement) => statement.nodes ?? []);
  const names = migrationNames(nodes, before);
  return { before, after, statements, nodes, names, code: calledCode(nodes, [before, after], names) };
}

/** One statement of it. */
export interface Job {
  readonly migration: JudgedMigration;
  readonly statement: ParsedStatement;
  /** The statement itself, not one inside it. */
  readonly top: Node;
}

/** What a statement did that code which does not know of it may meet. */
export function statementChange({ statement }: Job, what: string, reason: string): SchemaChange {
  return { limit: 'code-only', what, reason, statement: statement.number };
}
