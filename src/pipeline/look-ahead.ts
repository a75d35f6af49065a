import type { ResolvedDatabase, ResolvedEnvironment, ResolvedFlyApp } from '../config/resolved.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { DatabasePlatformReader } from '../providers/database-platform.ts';
import type { Readers } from './observe.ts';
import type { PipelineDeps } from './pipeline-deps.ts';
import type { Release } from './release.ts';

/**
 * What the platforms already tell of a deployment that would fail: asked before a run starts, over handles that cannot
 * write. All of it at once; warnings too.
 */
export async function lookAhead(
  deps: Pick<PipelineDeps, 'platformOf' | 'databasePlatformOf' | 'source'>,
  environment: ResolvedEnvironment,
  release: Release | null,
): Promise<readonly Diagnostic[]> {
  const apps = environment.apps.filter((app) => app.platform === 'fly');
  const groups = Map.groupBy(apps, (app) => `${app.token} ${app.org}`);
  const found = await Promise.all(
    [...groups.values()].map(async (group) => {
      const [first] = group;
      if (first === undefined) return [];
      return deps.platformOf(first).findProblems({ environment: environment.name, apps: group });
    }),
  );
  const ofDatabases = await databaseProblems(environment, (database) => deps.databasePlatformOf(database));
  const problems = [...found.flat(), ...ofDatabases];
  if (release === null || problems.some((problem) => problem.severity === 'error')) return problems;
  const images = await Promise.all(apps.map((app) => imageProblem(deps, environment, app, release)));
  return [...problems, ...images.filter((problem) => problem !== null)];
}

/**
 * The same for a plan, with its own handles: those of the environment's first token, as everything that a plan reads.
 */
export async function lookAheadOfPlan(
  wanted: readonly ResolvedEnvironment[],
  readers: Omit<Readers, 'history'>,
): Promise<readonly Diagnostic[]> {
  const problems: Diagnostic[] = [];
  for (const environment of wanted) {
    const all = environment.apps.filter((app) => app.platform === 'fly');
    const apps = all.filter((app) => app.token === all[0]?.token && app.org === all[0].org);
    const reader = readers.readerOf(environment);
    if (reader !== null)
      problems.push(...(await reader.findProblems({ environment: environment.name, apps })));
    problems.push(...(await databaseProblems(environment, (database) => readers.databaseReaderOf(database))));
  }
  return problems;
}

/** Those of the databases, each asked of the platform that it is on; none where there is no token for that. */
async function databaseProblems(
  { databases }: ResolvedEnvironment,
  readerOf: (database: ResolvedDatabase) => DatabasePlatformReader | null,
): Promise<readonly Diagnostic[]> {
  const groups = Map.groupBy(databases, ({ provider, token, org }) => `${provider} ${token} ${org}`);
  const found = await Promise.all(
    [...groups.values()].map(async (group) => {
      const reader = group[0] === undefined ? null : readerOf(group[0]);
      return reader === null ? [] : reader.findProblems(group);
    }),
  );
  return found.flat();
}

/**
 * The image of an existing release that is gone. Where its commit is at hand it is built again, and refused by its step
 * if it gives other bytes; where it is not, the deployment can only fail.
 */
async function imageProblem(
  { platformOf, source }: Pick<PipelineDeps, 'platformOf' | 'source'>,
  environment: ResolvedEnvironment,
  app: ResolvedFlyApp,
  release: Release,
): Promise<Diagnostic | null> {
  const digest = release.digests[app.name];
  if (digest === undefined) return null;
  const platform = platformOf(app);
  if (await platform.hasImage(platform.imageReference(app.platformName, digest))) return null;
  if (await source.hasCommit(release.commit)) return null;
  const commit = release.commit.slice(0, 7);
  return {
    severity: 'error',
    code: 'DEPLOY_IMAGE_MISSING',
    message: `The image of ${app.name} in ${release.id} (${digest.slice(0, 19)}) is not in the registry of ${environment.name}, and its commit ${commit} is not in this clone, so it cannot be rebuilt.`,
    hint: `Fetch the commit (git fetch --all), or choose another release: glidepath releases ${environment.name}`,
  };
}
