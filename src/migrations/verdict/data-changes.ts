import type { Node, UpdateStmt } from 'libpg-query';
import { nodesIn } from '../lint/parse/expressions.ts';
import { listName, relationName, sayName, type SqlName } from '../lint/parse/names.ts';
import type { SqlParser } from '../lint/parse/sql-parser.ts';
import type { Catalog, CatalogObject } from './catalog.ts';
import type { SchemaChange } from './schema-change.ts';

/** A statement that a migration ran. */
export interface ExecutedStatement {
  readonly number: number;
  /** With or without the values in it. */
  readonly sql: string;
  /** How many it read or changed; null where that is not known. */
  readonly rows: number | null;
  readonly error: unknown;
}

interface Job {
  readonly statement: ExecutedStatement;
  readonly before: Catalog;
}

/**
 * What statements did besides changing the schema, which the catalog tells better: rows that were there already and are
 * others now, and whatever cannot be looked into. Statements that write down how far the tool is are left out by the caller.
 */
export function dataChanges(
  parser: SqlParser,
  statements: readonly ExecutedStatement[],
  before: Catalog,
): readonly SchemaChange[] {
  return statements
    .filter(({ error }) => error === null)
    .flatMap((statement) => {
      const parsed = parser.parse(statement.sql);
      const job = { statement, before };
      if ('message' in parsed)
        return [change(job, statement.sql, 'The parser cannot read it, so what it did is not known.')];
      return parsed.flatMap(({ stmt }) => (stmt === undefined ? [] : changesOf(job, stmt)));
    });
}

function changesOf(job: Job, node: Node): SchemaChange[] {
  const kind = Object.keys(node)[0] ?? '';
  if (OPAQUE[kind] !== undefined) return [change(job, kind, OPAQUE[kind])];
  if (/\brestart\b/i.test(job.statement.sql) && kind.startsWith('Alter'))
    return [change(job, 'a sequence', 'A sequence begins elsewhere: numbers may be given twice.')];
  // What is nested counts, too: WITH gone AS (DELETE …) SELECT …
  return [...nodesIn([node])].flatMap((one) => rowsOf(job, one));
}

/** Statements of which neither the catalog nor their text says what they did. */
const OPAQUE: Readonly<Record<string, string>> = {
  DoStmt: 'A DO block ran: what it did to rows cannot be told.',
  CallStmt: 'A procedure ran: what it did to rows cannot be told.',
  ExecuteStmt: 'A prepared statement ran: what it did to rows cannot be told.',
  CopyStmt: 'COPY read or wrote rows: which it changed cannot be told.',
  AlterRoleStmt: 'A login was changed: whether the release before can use it as before cannot be told.',
  AlterRoleSetStmt: 'The settings of a login were changed.',
  DropRoleStmt: 'A login was dropped: whoever uses it is kept out.',
  GrantRoleStmt: 'Who belongs to a role was changed.',
  AlterSystemStmt: 'A setting of the whole server was changed.',
  LoadStmt: 'A library was loaded: what it did cannot be told.',
  SecLabelStmt: 'A security label was set: who may use what cannot be told.',
};

function rowsOf(job: Job, node: Node): SchemaChange[] {
  if ('TruncateStmt' in node)
    return (node.TruncateStmt.relations ?? []).flatMap((each) =>
      'RangeVar' in each
        ? onOld(job, relationName(each.RangeVar), (name) => `Every row of ${name} was deleted.`)
        : [],
    );
  if ('DeleteStmt' in node)
    return onOld(job, relationName(node.DeleteStmt.relation), (name) => `Rows of ${name} were deleted.`);
  if ('InsertStmt' in node)
    return onOld(
      job,
      relationName(node.InsertStmt.relation),
      (name) => `Rows were put into ${name}, which the release before reads.`,
    );
  if ('MergeStmt' in node)
    return onOld(job, relationName(node.MergeStmt.relation), (name) => `Rows of ${name} were changed.`);
  if ('UpdateStmt' in node) return updated(job, node.UpdateStmt);
  if ('FuncCall' in node) return called(job, listName(node.FuncCall.funcname));
  return [];
}

/** To fill a new column changes nothing for whoever does not know of it. */
function updated(job: Job, { relation, targetList = [] }: UpdateStmt): SchemaChange[] {
  const name = relationName(relation);
  const tables = oldRelations(job, name);
  const columns = targetList.flatMap((node) => ('ResTarget' in node ? [node.ResTarget.name ?? ''] : []));
  const isFill = tables.every((table) => {
    const own = job.before.objects.filter(({ of }) => of === table.name);
    const isTouched = own.some((each) => each.kind === 'column' && columns.includes(each.name));
    return !isTouched && !own.some(({ facts }) => facts.firesOnUpdate === true);
  });
  if (isFill) return [];
  return onOld(
    job,
    name,
    (said) => `Values of ${said} were changed: the release before reads other ones than it wrote.`,
  );
}

const SIDE_EFFECTS =
  /^(setval|nextval|lo_\w+|dblink\w*|query_to_xml\w*|pg_(terminate|cancel)_backend|pg_read_\w+|cron_?\w*)$/;

function called(job: Job, { schema, name }: SqlName): SchemaChange[] {
  const isOwn = job.before.objects.some(
    (object) => object.kind === 'function' && object.name.replace(/\(.*$/, '').split('.').at(-1) === name,
  );
  const isForeign = schema !== null && schema !== 'pg_catalog';
  if (!isOwn && !isForeign && !SIDE_EFFECTS.test(name)) return [];
  return [change(job, name, `The function ${name} ran: what it did to rows or sequences cannot be told.`)];
}

function onOld(job: Job, name: SqlName, reason: (said: string) => string): SchemaChange[] {
  if (job.statement.rows === 0 && !/\btruncate\b/i.test(job.statement.sql)) return [];
  if (oldRelations(job, name).length === 0) return [];
  return [change(job, sayName(name), reason(sayName(name)))];
}

/** Relations of that name that were there before; without a schema of any, for the search path is not known. */
function oldRelations({ before }: Job, { schema, name }: SqlName): readonly CatalogObject[] {
  return before.objects.filter((object) => {
    if (object.kind !== 'relation') return false;
    return schema === null ? object.name.split('.').at(-1) === name : object.name === `${schema}.${name}`;
  });
}

function change({ statement }: Job, what: string, reason: string): SchemaChange {
  return { limit: 'code-only', what, reason, statement: statement.number };
}
