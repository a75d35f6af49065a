import type { Workbench } from './workbench.ts';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { refuseCommittedState } from '../checks/inputs/committed-state.ts';
import { createRunGit } from '../checks/inputs/run-git.ts';
import type { Engine } from '../engine/engine.ts';
import { deploymentInput, type DeploymentInput } from '../pipeline/deployment-input.ts';
import type { History } from '../pipeline/history.ts';
import type { Builder, PipelineDeps } from '../pipeline/pipeline-deps.ts';
import type { GitSource } from '../providers/git/git-source.ts';
import type { HostCheckRun } from '../providers/code-host.ts';
import { BugError } from '../util/assert.ts';
import { systemClock, type Clock } from '../util/clock.ts';
import type { CommandContext } from './command-context.ts';
import { requireCloud, type LocalCloud } from './platforms/local-cloud.ts';
import { containerBuildsFor, type ContainerBuildsOptions } from './platforms/container-builds.ts';
import { makeStateDir } from './project/make-state-dir.ts';
import { openProject, stateDirOf } from './project/open-project.ts';
import { patientFetch } from './platforms/patient-fetch.ts';
import { accountOfApp, openPlatforms, type Platforms } from './platforms/open-platforms.ts';
import { isForReal } from './github/read-github-context.ts';
import { runCommand } from './run-command.ts';
import { maskCommands } from './github/workflow-commands.ts';
import type { SealPlace } from './runs/seal-release.ts';
import { createVault, type SecretVault } from './platforms/secret-vault.ts';

/** How much of a workbench a command needs. */
export interface WorkbenchOptions {
  /** Only the journal and the history: works on a local cloud that is down, too. */
  readonly journalOnly?: boolean;
  /** How long the platforms may be asked in all, in milliseconds; then PROVIDER_UNREACHABLE. As long as it takes otherwise. */
  readonly patienceMs?: number;
}

/** Opens the journal, the history, git and the platforms of a project. */
export async function openWorkbench(
  context: CommandContext,
  options: WorkbenchOptions = {},
): Promise<Workbench> {
  const { project, root, place } = await openProject(context);
  const isJournalOnly = options.journalOnly === true;
  const cloud = context.isLocal && !isJournalOnly ? await requireCloud(context, root) : null;
  const vault = createVault(context.env, maskerOf(context));
  const clock = systemClock;
  const stateDir = stateDirOf(root, context.isLocal);
  makeStateDir(root, stateDir);
  const [, { openStateDatabase }, { openSqliteStore }, { createEngine }, { pipelineExecutors }] =
    await Promise.all([
      refuseCommittedState(createRunGit(spawn, context.env), root),
      import('../engine/state-database.ts'),
      import('../engine/sqlite-store.ts'),
      import('../engine/create-engine.ts'),
      import('../pipeline/executors.ts'),
    ]);
  const stateFile = join(stateDir, 'state.db');
  const db = openStateDatabase(stateFile);
  const history = await openHistory(db, stateFile);
  const source = await openSource(root);
  const platforms = isJournalOnly
    ? NO_PLATFORMS
    : await openRealPlatforms(cloud, vault, db, options.patienceMs);
  const builder = await openBuilder(root, source, { cloud, env: context.env, project, vault });
  const deps: PipelineDeps = {
    ...onceAsked(context, { project, root, source, clock, checkout: async (sha) => builder.checkout(sha) }),
    platformOf: (app) => platforms.open(accountOfApp(app)),
    databasePlatformOf: (database) => platforms.databases.open(database),
    source,
    builder,
    history,
    environmentOf: async (id) => (await storedInput(engine, id))?.environment ?? history.settingsOf(id),
    checkRuns: (sha) => commitChecks(context, { project, root, vault, clock }, sha),
    secret: (name) => vault.read(name),
    hide: (value) => vault.hide(value),
    redact: (text) => vault.redact(text),
    clock,
    random: Math.random,
    fetch: (url, init) => fetch(url, init),
    runCommand,
    openChecks: checksOpener(context, { project, root, vault }),
  };
  const engine = createEngine({
    store: openSqliteStore(db),
    executors: pipelineExecutors(deps),
    clock,
    random: Math.random,
    workerId: `${hostname()}:${process.pid}`,
    redact: (text) => vault.redact(text),
  });
  return {
    project,
    root,
    place,
    engine,
    history,
    deps,
    source,
    vault,
    clock,
    readerOf: (environment) => platforms.readerOf(environment),
    databaseReaderOf: (database) => platforms.databases.readerOf(database),
    newRunId: () => newRunId(clock),
    close: async () => closeJournal(engine, db),
  };
}

/** Opens the checks of a commit, with the cache of the working copy. */
function checksOpener(
  context: CommandContext,
  bench: Pick<Workbench, 'project' | 'root' | 'vault'>,
): PipelineDeps['openChecks'] {
  return async ({ directory, log, ...asked }) => {
    const { openChecks } = await import('./checks/open-checks.ts');
    const more = { checkout: directory, isCacheless: false, onWarning: log };
    return openChecks(context, { ...bench, ...asked, ...more });
  };
}

/** What few runs need, loaded when it is asked for. */
function onceAsked(
  context: CommandContext,
  place: SealPlace,
): Pick<PipelineDeps, 'sealRelease' | 'findWeaknesses'> {
  return {
    async sealRelease(release) {
      const { sealRelease } = await import('./runs/seal-release.ts');
      return sealRelease(context, place, release);
    },
    async findWeaknesses(question) {
      const { findWeaknesses } = await import('./security/find-weaknesses.ts');
      return findWeaknesses(context, place, question);
    },
  };
}

/** The journal and the history share the file; the engine closes only what it opened itself. */
async function closeJournal(engine: Engine, db: DatabaseSync): Promise<void> {
  await engine.close();
  db.close();
}

/** The records beside the journal, in the same file. */
async function openHistory(db: DatabaseSync, stateFile: string): Promise<History> {
  const [{ createHistory }, { withStoreErrors }] = await Promise.all([
    import('../pipeline/history.ts'),
    import('../pipeline/with-store-errors.ts'),
  ]);
  return withStoreErrors(stateFile, () => createHistory(db));
}

/** Inside GitHub Actions the runner puts stars in the place of every value that it is told of, whoever prints it. */
function maskerOf({ env, output }: CommandContext): (value: string) => void {
  if (env['GITHUB_ACTIONS'] !== 'true') return () => undefined;
  // A document on standard output stays one.
  return (value) => (output.json ? output.error(maskCommands(value)) : output.write(maskCommands(value)));
}

/** Inside GitHub Actions the checks of a commit have run in jobs of their own: GitHub says how they ended. */
async function commitChecks(
  context: CommandContext,
  bench: Pick<Workbench, 'project' | 'root' | 'vault' | 'clock'>,
  sha: string,
): Promise<readonly HostCheckRun[] | null> {
  if (!isForReal(context) || context.env['GITHUB_ACTIONS'] !== 'true') return null;
  const { githubDesk } = await import('./github/github-desk.ts');
  return (await githubDesk(context, bench))?.host.checkRuns(sha) ?? null;
}

function newRunId(clock: Clock): string {
  const suffix = Math.floor(Math.random() * 1296).toString(36);
  return `run-${clock.now().toString(36)}${suffix.padStart(2, '0')}`;
}

async function storedInput(engine: Engine, runId: string): Promise<DeploymentInput | null> {
  const run = await engine.get(runId);
  return run === null ? null : deploymentInput(run.input);
}

async function openSource(root: string): Promise<GitSource> {
  const { createGitSource } = await import('../providers/git/git-source.ts');
  return createGitSource({ root });
}

async function openBuilder(
  root: string,
  source: GitSource,
  containers: ContainerBuildsOptions,
): Promise<Builder> {
  const { createBuilder } = await import('../providers/build/builder.ts');
  const workDir = join(root, '.glidepath', 'builds');
  const containersFor = containerBuildsFor(containers);
  return createBuilder({ source, root, workDir, clock: systemClock, containersFor });
}

async function openRealPlatforms(
  cloud: LocalCloud | null,
  vault: SecretVault,
  db: DatabaseSync,
  patienceMs: number | undefined,
): Promise<Platforms> {
  const [{ createSecretMemory }, { withStoreErrors }] = await Promise.all([
    import('../pipeline/secret-memory.ts'),
    import('../pipeline/with-store-errors.ts'),
  ]);
  return openPlatforms({
    cloud,
    vault,
    clock: systemClock,
    fetch: patientFetch((url, init) => fetch(url, init), patienceMs),
    random: Math.random,
    secretMemory: withStoreErrors('.glidepath/state.db', () => createSecretMemory(db, randomBytes)),
  });
}

/** For commands that read the journal alone: asking a platform then is a mistake of ours. */
const NO_PLATFORMS: Platforms = {
  open: ({ token }) => unopened(token),
  readerOf: () => null,
  databases: { open: ({ name }) => unopened(name), readerOf: () => null },
};

function unopened(what: string): never {
  throw new BugError(`no platform was opened, so nothing can be asked with ${what}`);
}
