import type { SqlParser } from '../lint/parse/sql-parser.ts';
import type { LockMode } from '../lint/finding.ts';

/** A relation that a statement names. */
export interface NamedRelation {
  readonly schema: string | null;
  readonly name: string;
}

/** What is read from a statement's text alone. */
export interface StatementFacts {
  /** Every relation that it names, the one that it is about first. */
  readonly named: readonly NamedRelation[];
  /** What it takes on the relations that it names, where it runs outside a transaction; null: nothing is known. */
  readonly documented: LockMode | null;
  /** Whether it writes a table anew by what it is: CLUSTER, VACUUM FULL, REFRESH MATERIALIZED VIEW. */
  readonly isRewrite: boolean;
}

const NOTHING: StatementFacts = { named: [], documented: null, isRewrite: false };

/** Reads a statement; one that the parser refuses says nothing. */
export function statementFacts(parser: SqlParser, sql: string): StatementFacts {
  const parsed = parser.parse(sql);
  if ('message' in parsed) return NOTHING;
  const [kind = '', body] = Object.entries(parsed[0]?.stmt ?? {})[0] ?? [];
  const fields = (body ?? {}) as Readonly<Record<string, unknown>>;
  return {
    named: [...namesIn(fields), ...droppedNames(kind, fields)],
    documented: documentedLock(kind, fields),
    isRewrite: isRewrite(kind, fields),
  };
}

/** Every RangeVar below, in the order of the tree. */
function namesIn(node: unknown): NamedRelation[] {
  if (typeof node !== 'object' || node === null) return [];
  if (Array.isArray(node)) return node.flatMap(namesIn);
  const own = relationIn(node);
  return [...(own === null ? [] : [own]), ...Object.values(node).flatMap(namesIn)];
}

function relationIn(node: object): NamedRelation | null {
  if (!('relname' in node) || typeof node.relname !== 'string') return null;
  const schema = 'schemaname' in node && typeof node.schemaname === 'string' ? node.schemaname : null;
  return { schema, name: node.relname };
}

/** DROP names what goes by lists of words: `DROP TRIGGER t ON orders` has the table before the trigger. */
function droppedNames(kind: string, fields: Readonly<Record<string, unknown>>): NamedRelation[] {
  if (kind !== 'DropStmt' || !Array.isArray(fields['objects'])) return [];
  const isOfTable = /OBJECT_(TRIGGER|POLICY|RULE)/.test(String(fields['removeType']));
  return fields['objects'].map((object: unknown) => {
    const words = wordsIn(object);
    const parts = isOfTable ? words.slice(0, -1) : words;
    return { schema: parts.at(-2) ?? null, name: parts.at(-1) ?? '' };
  });
}

function wordsIn(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  if ('sval' in node && typeof node.sval === 'string') return [node.sval];
  return Object.values(node).flatMap(wordsIn);
}

/** Postgres docs, 13.3.1, for what cannot run in a transaction. */
function documentedLock(kind: string, fields: Readonly<Record<string, unknown>>): LockMode | null {
  switch (kind) {
    case 'IndexStmt':
    case 'DropStmt':
      return fields['concurrent'] === true ? 'ShareUpdateExclusive' : null;
    case 'ReindexStmt':
      return hasOption(fields, 'concurrently') ? 'ShareUpdateExclusive' : null;
    case 'VacuumStmt':
      return hasOption(fields, 'full') ? 'AccessExclusive' : 'ShareUpdateExclusive';
    case 'AlterTableStmt':
      return JSON.stringify(fields).includes('"concurrent":true') ? 'ShareUpdateExclusive' : null;
    default:
      return null;
  }
}

function isRewrite(kind: string, fields: Readonly<Record<string, unknown>>): boolean {
  if (kind === 'VacuumStmt') return hasOption(fields, 'full');
  if (kind === 'RefreshMatViewStmt') return fields['skipData'] !== true;
  return kind === 'ClusterStmt' || kind === 'RepackStmt';
}

function hasOption(fields: Readonly<Record<string, unknown>>, name: string): boolean {
  const options = fields['options'] ?? fields['params'];
  return JSON.stringify(options ?? []).includes(`"defname":"${name}"`);
}
