import type {
  ResolvedApp,
  ResolvedDatabase,
  ResolvedEnvironment,
  ResolvedProject,
} from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { forPullRequest } from '../../plan/for-pull-request.ts';
import type { AppPlatformReader } from '../../providers/app-platform.ts';
import type { DatabasePlatformReader } from '../../providers/database-platform.ts';
import type { History, LiveRelease } from '../history.ts';
import { pullRequestInName } from './pull-request-in-name.ts';

/** Handles that cannot write. */
export interface ReviewReaders {
  appsOf(app: ResolvedApp): AppPlatformReader;
  databasesOf(database: ResolvedDatabase): DatabasePlatformReader;
  readonly history: Pick<History, 'live'>;
}

/** What there is of the environment of one pull request, on the platforms. */
export interface ReviewApp {
  /** The template, as it is called in the config. */
  readonly template: string;
  /** The environment of this very pull request. */
  readonly environment: ResolvedEnvironment;
  readonly pullRequest: number;
  /** Names on the platform of the apps that are there. */
  readonly apps: readonly string[];
  /** Of the databases that are there and go with it. */
  readonly databases: readonly string[];
  /** The release that its machines run; null when none does, or several do. */
  readonly release: string | null;
  /** Milliseconds since the Unix epoch; null: never, or nothing says. */
  readonly expiresAt: number | null;
  /** When it was last deployed, told by when it expires, else by the record of this machine; null where neither says. */
  readonly deployedAt: number | null;
  /** Where its first app answers; null where none has a port. */
  readonly url: string | null;
}

/** A name that fits a template, and what stands there is not ours: nothing of it is touched. */
export interface Stranger {
  readonly name: string;
  readonly reason: string;
}

/** What was found. */
export interface ReviewApps {
  readonly found: readonly ReviewApp[];
  readonly strangers: readonly Stranger[];
}

/** One thing on a platform that was made for a pull request. */
interface Piece {
  readonly pullRequest: number;
  readonly app?: string;
  readonly database?: string;
}

/**
 * Every review app of a project, by what the platforms list and not by what we remember: an app that was made right
 * before its runner died is in no record. By number of the pull request.
 */
export async function findReviewApps(project: ResolvedProject, readers: ReviewReaders): Promise<ReviewApps> {
  const templates = project.environments.filter(({ kind }) => kind === 'review');
  const standing = new Set(
    project.environments
      .filter(({ kind }) => kind !== 'review')
      .flatMap(({ apps, databases }) => [...apps, ...databases].map(({ platformName }) => platformName)),
  );
  const all = await Promise.all(templates.map((template) => inTemplate(template, standing, readers)));
  return { found: all.flatMap(({ found }) => found), strangers: all.flatMap(({ strangers }) => strangers) };
}

async function inTemplate(
  template: ResolvedEnvironment,
  standing: ReadonlySet<string | null>,
  readers: ReviewReaders,
): Promise<ReviewApps> {
  const pieces = [
    ...(await appPieces(template, standing, readers)),
    ...(await databasePieces(template, standing, readers)),
  ];
  const byNumber = Map.groupBy(pieces, ({ pullRequest }) => pullRequest);
  const found: ReviewApp[] = [];
  const strangers: Stranger[] = [];
  for (const [pullRequest, parts] of [...byNumber].toSorted(([a], [b]) => a - b)) {
    const apps = parts.flatMap(({ app }) => (app === undefined ? [] : [app]));
    const databases = parts.flatMap(({ database }) => (database === undefined ? [] : [database]));
    const seen = await look(template, { pullRequest, apps, databases }, readers);
    strangers.push(...seen.strangers);
    found.push(...seen.found);
  }
  return { found, strangers };
}

/** Names of a platform's own list that the template of an app has made. */
async function appPieces(
  template: ResolvedEnvironment,
  standing: ReadonlySet<string | null>,
  readers: ReviewReaders,
): Promise<Piece[]> {
  const pieces = await Promise.all(
    template.apps.map(async (app) => {
      if (app.platform !== 'fly') return [];
      const names = await readers.appsOf(app).appNames(app.org);
      return matching(app.platformName, names, standing).map(({ name, pullRequest }) => ({
        pullRequest,
        app: name,
      }));
    }),
  );
  return pieces.flat();
}

/** The same for the databases that are made and destroyed with their environment. */
async function databasePieces(
  template: ResolvedEnvironment,
  standing: ReadonlySet<string | null>,
  readers: ReviewReaders,
): Promise<Piece[]> {
  const pieces = await Promise.all(
    template.databases.map(async (database) => {
      if (!database.ephemeral || database.platformName === null) return [];
      const names = await readers.databasesOf(database).names(database);
      return matching(database.platformName, names, standing).map(({ name, pullRequest }) => ({
        pullRequest,
        database: name,
      }));
    }),
  );
  return pieces.flat();
}

function matching(
  template: string,
  names: readonly string[],
  standing: ReadonlySet<string | null>,
): { name: string; pullRequest: number }[] {
  return [...new Set(names)].flatMap((name) => {
    const pullRequest = standing.has(name) ? null : pullRequestInName(template, name);
    return pullRequest === null ? [] : [{ name, pullRequest }];
  });
}

/** Reads more of what was found. An app whose machines somebody else made is a stranger, and all of its number is left. */
async function look(
  template: ResolvedEnvironment,
  { pullRequest, apps, databases }: Pick<ReviewApp, 'pullRequest' | 'apps' | 'databases'>,
  readers: ReviewReaders,
): Promise<ReviewApps> {
  const environment = forPullRequest(template, pullRequest);
  const releases = new Set<string | null>();
  const expiries: number[] = [];
  for (const app of environment.apps) {
    if (app.platform !== 'fly' || !apps.includes(app.platformName)) continue;
    const reader = readers.appsOf(app);
    const machines = (await reader.observeApp(app.platformName))?.machines ?? [];
    const labels = await reader.labels(app.platformName);
    if (labels !== null && labels.environment !== null && labels.environment !== environment.name)
      return stranger(app.platformName, `its labels say it belongs to ${labels.environment}`);
    if (machines.length > 0 && machines.every(({ release }) => release === null))
      return stranger(app.platformName, 'Glidepath did not make its machines');
    for (const machine of machines) releases.add(machine.release);
    if (labels?.expiresAt != null) expiries.push(labels.expiresAt);
  }
  const [release = null, ...others] = releases;
  const review: ReviewApp = {
    template: template.name,
    environment,
    pullRequest,
    apps,
    databases,
    release: others.length === 0 ? release : null,
    ...timesOf(environment, expiries, readers.history.live(environment.name)),
    url: await urlOf(environment, apps, readers),
  };
  return { found: [review], strangers: [] };
}

/** What is written on the machines counts: another runner may have deployed since our record. */
function timesOf(
  { expiresAfterMs }: ResolvedEnvironment,
  expiries: readonly number[],
  live: LiveRelease | null,
): Pick<ReviewApp, 'expiresAt' | 'deployedAt'> {
  if (expiresAfterMs === null) return { expiresAt: null, deployedAt: live?.at ?? null };
  if (expiries.length === 0) {
    if (live === null) return { expiresAt: null, deployedAt: null };
    return { expiresAt: live.at + expiresAfterMs, deployedAt: live.at };
  }
  const expiresAt = Math.max(...expiries);
  return { expiresAt, deployedAt: expiresAt - expiresAfterMs };
}

function stranger(name: string, reason: string): ReviewApps {
  return { found: [], strangers: [{ name, reason }] };
}

async function urlOf(
  environment: ResolvedEnvironment,
  present: readonly string[],
  readers: ReviewReaders,
): Promise<string | null> {
  for (const app of environment.apps)
    if (app.platform === 'fly' && app.port !== null && present.includes(app.platformName))
      return readers.appsOf(app).publicUrl(app.platformName).catch(nullWhereNoAddress);
  return null;
}

/** An app that was made and not got further has none. */
function nullWhereNoAddress(error: unknown): null {
  if (error instanceof ToolError && error.code === 'PROVIDER_NOT_FOUND') return null;
  throw error;
}
