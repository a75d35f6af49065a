import type { ResolvedDatabase } from '../config/resolved.ts';
import { ToolError } from '../diagnostics/tool-error.ts';
import type { DatabaseSchema, SchemaObject } from '../migrations/schema/database-schema.ts';
import { diffSchemas, type SchemaDifference } from '../migrations/schema/diff-schemas.ts';
import type { RestoreMoment } from '../plan/plan.ts';
import type { PlatformWork } from '../providers/app-platform.ts';
import { withPostgres } from '../providers/postgres/connect-postgres.ts';
import { countRows, type TableRows } from '../providers/postgres/count-rows.ts';
import { readSchema } from '../providers/postgres/read-schema.ts';
import { addressFromHere } from './address-from-here.ts';
import type { PipelineDeps } from './pipeline-deps.ts';
import { withProbeBranch } from './probe/probe-branch.ts';

/** What a restore takes away. */
export interface RestoreLoss {
  /** Releases that became live after the moment, newest first. */
  readonly releases: readonly { readonly id: string; readonly at: number }[];
  /** Null where the data of then could not be looked at beforehand. */
  readonly compared: {
    /** Only tables whose number of rows is not the same. Changed rows are not counted. */
    readonly tables: readonly TableLoss[];
    readonly schema: readonly SchemaDifference[];
  } | null;
  /** Why nothing was compared; null where it was. */
  readonly unseen: string | null;
}

/** One table now and then; null where it is not there. */
export interface TableLoss {
  readonly table: string;
  readonly now: number | null;
  readonly before: number | null;
  readonly isEstimate: boolean;
}

/** Of which database, and to what it would be brought back. */
export interface LossOptions {
  readonly environment: string;
  readonly database: ResolvedDatabase;
  readonly target: RestoreMoment;
}

interface Sight {
  readonly rows: readonly TableRows[];
  readonly schema: DatabaseSchema;
}

type LossDeps = Pick<PipelineDeps, 'databasePlatformOf' | 'history' | 'clock' | 'random' | 'hide'>;

/** As far back as releases are named. */
const HISTORY_LIMIT = 100;

/**
 * Looks at the data of then on a throw-away branch, and compares them with those of now. Nothing that is looked at is
 * changed, and the branch is gone afterwards.
 */
export async function restoreLoss(
  deps: LossDeps,
  options: LossOptions,
  work: PlatformWork,
): Promise<RestoreLoss> {
  const { environment, database, target } = options;
  const releases = deps.history
    .entries(environment, HISTORY_LIMIT)
    .filter(({ at }) => at > target.at)
    .map(({ release, at }) => ({ id: release.id, at }));
  try {
    const now = await look(deps, database, {}, work);
    const then = await lookBack(deps, options, work);
    const compared = { tables: lossOf(now.rows, then.rows), schema: diffSchemas(now.schema, then.schema) };
    return { releases, compared, unseen: null };
  } catch (error) {
    // What cannot be shown beforehand must not stand in the way of an emergency.
    if (!(error instanceof ToolError) || work.signal.aborted) throw error;
    return { releases, compared: null, unseen: error.message };
  }
}

/**
 * A restore point is looked at itself, for its time may be told to the second only; where nobody can look into one, a
 * branch is made of it, which has to be named by that very time.
 */
async function lookBack(deps: LossDeps, options: LossOptions, work: PlatformWork): Promise<Sight> {
  const { database, target } = options;
  if (target.kind === 'time') return lookOnBranch(deps, options, work);
  try {
    return await look(deps, database, { restorePoint: target.name }, work);
  } catch (error) {
    if (!(error instanceof ToolError) || error.code !== 'PROVIDER_NOT_SUPPORTED') throw error;
    return lookOnBranch(deps, options, work);
  }
}

async function lookOnBranch(
  deps: LossDeps,
  { environment, database, target }: LossOptions,
  work: PlatformWork,
): Promise<Sight> {
  return withProbeBranch(
    deps,
    { environment, database, keep: false, at: target.at },
    work,
    async ({ name }) => look(deps, database, { branch: name }, work),
  );
}

async function look(
  deps: LossDeps,
  database: ResolvedDatabase,
  place: { readonly branch?: string; readonly restorePoint?: string },
  work: PlatformWork,
): Promise<Sight> {
  const purpose = { use: 'direct' as const, ...place };
  const url = await addressFromHere(deps, database, purpose, work.signal);
  return withPostgres(url, { signal: work.signal }, async (client) => {
    const objects = (await readSchema(client)).map((row) => row as SchemaObject);
    return { rows: await countRows(client), schema: { objects } };
  });
}

/** Tables of which there are not as many rows then as now, and tables that only one of them has. */
export function lossOf(now: readonly TableRows[], before: readonly TableRows[]): TableLoss[] {
  const names = [...new Set([...now, ...before].map(({ table }) => table))].toSorted();
  return names.flatMap((table) => {
    const here = now.find((each) => each.table === table);
    const there = before.find((each) => each.table === table);
    if (here?.rows === there?.rows) return [];
    const isEstimate = here?.isEstimate === true || there?.isEstimate === true;
    return [{ table, now: here?.rows ?? null, before: there?.rows ?? null, isEstimate }];
  });
}
