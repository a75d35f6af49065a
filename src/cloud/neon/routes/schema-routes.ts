import { Hono } from 'hono';
import type { Context } from 'hono';
import type { Client } from 'pg';
import { unifiedDiff } from '../../../util/unified-diff.ts';
import { pointInPast } from '../check-point.ts';
import type { NeonContext } from '../neon-context.ts';
import { invalid, notFound, refused } from '../neon-error.ts';
import { newClusterId } from '../neon-ids.ts';
import type { CopyPoint, NeonBranch } from '../records.ts';
import { readSchemaJson } from '../schema/read-schema-json.ts';
import { readSchemaSql } from '../schema/read-schema-sql.ts';
import { branchOf } from './branch-of.ts';
import { queryLsn, queryTime, queryWord } from './read-request.ts';

const PATH = '/projects/:project/branches/:branch';

/** The schema of a database, now or at a time, as text or JSON, and how two differ. */
export function schemaRoutes(context: NeonContext): Hono {
  const routes = new Hono();
  routes.get(`${PATH}/schema`, async (c) => {
    const branch = branchOf(c, context);
    const database = databaseOf(c, branch);
    const format = queryWord(c, 'format', ['sql', 'json']);
    const at = pointOf(c, '');
    if (format === 'json')
      return c.json({ json: await read(context, { branch, database, at }, readSchemaJson) });
    return c.json({ sql: await read(context, { branch, database, at }, readSchemaSql) });
  });
  routes.get(`${PATH}/compare_schema`, async (c) => {
    const branch = branchOf(c, context);
    const database = databaseOf(c, branch);
    const baseId = c.req.query('base_branch_id') ?? branch.parentId;
    if (baseId === null) throw refused('the branch has no parent: base_branch_id is required');
    const base = context.state.branch(branch.projectId, baseId);
    const [before, after] = [
      await read(context, { branch: base, database, at: pointOf(c, 'base_') }, readSchemaSql),
      await read(context, { branch, database, at: pointOf(c, '') }, readSchemaSql),
    ];
    const hunks = unifiedDiff(before, after);
    return c.json({ diff: hunks === '' ? '' : `--- a/${database}\n+++ b/${database}\n${hunks}` });
  });
  return routes;
}

function databaseOf(c: Context, branch: NeonBranch): string {
  const name = c.req.query('db_name') ?? '';
  if (name === '') throw invalid('db_name is required');
  if (!branch.databases.some((one) => one.name === name)) throw notFound('database');
  return name;
}

function pointOf(c: Context, prefix: string): CopyPoint | null {
  const [time, lsn] = [queryTime(c, `${prefix}timestamp`), queryLsn(c, `${prefix}lsn`)];
  if (time !== null && lsn !== null)
    throw invalid(`${prefix}lsn and ${prefix}timestamp cannot be given together`);
  return time !== null ? { time } : lsn !== null ? { lsn } : null;
}

/** Reads the schema as it is, or out of a copy of the past that is thrown away afterwards. */
async function read<T>(
  context: NeonContext,
  from: { readonly branch: NeonBranch; readonly database: string; readonly at: CopyPoint | null },
  reader: (client: Client) => Promise<T>,
): Promise<T> {
  const { clusters, operations } = context;
  const { branch, database, at } = from;
  // Made or moved just now: its data are there when that is done.
  if (branch.state !== 'ready') await operations.settled(branch.projectId);
  const { clusterId } = context.state.branch(branch.projectId, branch.id);
  const time = await pointInPast(context, branch, at);
  if (time === null) return clusters.admin(clusterId, database, reader);
  const copy = newClusterId();
  try {
    await clusters.copy(copy, clusterId, { at: time, isSchemaOnly: false });
    return await clusters.admin(copy, database, reader);
  } finally {
    await clusters.destroy(copy);
  }
}
