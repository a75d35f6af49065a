import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import type { CheckMemory } from '../../checks/check-memory.ts';
import type { CheckClaims } from '../../checks/claims/check-claims.ts';
import { MarkedClaims } from '../../checks/claims/marked-claims.ts';
import { createCheckMemory } from '../../checks/create-check-memory.ts';
import type { ExecuteCheck } from '../../checks/execute-check.ts';
import { executeOnHost } from '../../checks/execute-on-host.ts';
import { openHeldResults, type HeldResults } from '../../checks/held/held-results.ts';
import { createInputReader, type CheckoutReader } from '../../checks/inputs/input-reader.ts';
import { ownFiles, type OwnFiles } from '../../checks/own-files/own-files.ts';
import { createToolVersions, type ToolVersions } from '../../checks/key/tool-versions.ts';
import { toolsOf } from '../../checks/key/tools-of.ts';
import type { ChecksDeps } from '../../checks/run-checks.ts';
import type { ResolvedCheck, ResolvedProject } from '../../config/resolved.ts';
import { systemClock } from '../../util/clock.ts';
import { ownCommand, ownVersion } from '../../util/own-file.ts';
import { MARK_VARIABLE } from '../../util/process-family.ts';
import { openCheckCache } from './cache/open-check-cache.ts';
import type { ContainerChecks } from './container/container-checks.ts';
import { checkEnvironment } from './check-environment.ts';
import { checkLogsIn, endLeftCheckRuns, recordCheckRun } from './check-runs.ts';
import { claimsDirectory } from './claims-directory.ts';
import type { CommandContext } from '../command-context.ts';
import { machineStateDirectory, ownFileRecords } from '../project/machine-state.ts';
import { ownCommandDirectory, ownCommandPlace } from '../own-command.ts';
import { githubContextOf } from '../github/read-github-context.ts';
import { redirectedTo } from './redirected-to.ts';
import type { SecretVault } from '../platforms/secret-vault.ts';

/** Whose checks are run, and where. */
export interface OpenChecksOptions {
  readonly project: ResolvedProject;
  /** The directory of the config file: what is kept lies in its `.glidepath`. */
  readonly root: string;
  /** The files that the checks run in: the same, or a checkout of a commit. */
  readonly checkout: string;
  readonly checks: readonly ResolvedCheck[];
  readonly vault: SecretVault;
  /** `--no-cache`: nothing is read from the cache, and nothing written to it. */
  readonly isCacheless: boolean;
  /** The commit of a checkout that is one of a commit; null: git is asked. */
  readonly commit: string | null;
  readonly onWarning: (sentence: string) => void;
}

/** What running checks needs; the reader also says where to watch for changes. */
export interface OpenedChecks extends ChecksDeps {
  readonly reader: CheckoutReader;
  /** What the results lie by; null without a memory. */
  readonly known: KnownPlaces | null;
}

/** What a checkout holds, and which tools were asked for their versions. */
export interface KnownPlaces {
  readonly held: HeldResults;
  readonly tools: ToolVersions;
}

/** What running checks needs, on this machine. Nothing is started and nothing written before the first check runs. */
export async function openChecks(context: CommandContext, options: OpenChecksOptions): Promise<OpenedChecks> {
  const { root, checkout, vault } = options;
  const directory = checkoutDirectory(options);
  const stateDirectory = machineStateDirectory(context.env);
  const own = ownFiles(ownFileRecords(context.env));
  const containers = containersOf(context, options);
  const claims = claimsOf(context, root, directory);
  const kept = options.isCacheless
    ? null
    : await openMemory(context, options, { directory, own, claims, place: containers.place });
  return {
    execute: { host: executeOnThisHost(context, options), container: containers.execute },
    openService: async (service, signal) => {
      const { openCheckService } = await import('./check-services.ts');
      return openCheckService(service, signal);
    },
    variable: variableOf(vault),
    redact: (line) => vault.redact(line),
    clock: systemClock,
    capacity: availableParallelism(),
    reader: createInputReader({
      root: checkout,
      directory,
      own,
      except: [...redirectedTo(), ...(stateDirectory === null ? [] : [stateDirectory])],
      spawn,
      env: context.env,
      now: () => performance.now(),
    }),
    memory: kept?.memory ?? null,
    claims,
    known: kept,
    logDirectory: checkLogsIn(root, process.pid),
  };
}

/** Words that everybody uses: with stars in their place no line could be read any more. */
const NO_SECRETS = /^(NODE_ENV|MIX_ENV|RAILS_ENV|APP_ENV|LOG_LEVEL|TZ|LANG|LC_ALL)$/;

/** What a check names is taken for a secret, unless it is known not to be one. */
function variableOf(vault: SecretVault): (name: string) => string | undefined {
  return (name) => (NO_SECRETS.test(name) ? vault.readPlain(name) : vault.read(name));
}

/** What other runs in this checkout are told: beside what is remembered of it. */
function claimsOf({ env }: CommandContext, root: string, directory: string): CheckClaims {
  // A check may call this very command: what its own run has claimed it cannot wait for.
  const within = (env[MARK_VARIABLE] ?? '').matchAll(/(?<=^|:)run-(\d+)-/g);
  return new MarkedClaims({
    directory: claimsDirectory(dirname(directory)),
    id: Math.floor(Math.random() * 2 ** 40).toString(36),
    within: new Set([...within].map(([, pid]) => Number(pid))),
    clock: systemClock,
    endLeft: async () => endLeftCheckRuns(root, systemClock),
  });
}

/** Where it is remembered what lies in the checkout: beside it where it is one of a commit. */
function checkoutDirectory({ root, checkout }: OpenChecksOptions): string {
  return checkout === root ? join(root, '.glidepath', 'cache') : join(dirname(checkout), 'checks');
}

async function openMemory(
  context: CommandContext,
  { root, checkout, checks, project, vault, onWarning, commit }: OpenChecksOptions,
  {
    directory,
    own,
    claims,
    place,
  }: {
    readonly directory: string;
    readonly own: OwnFiles;
    readonly claims: CheckClaims;
    readonly place: () => Promise<string>;
  },
): Promise<KnownPlaces & { readonly memory: CheckMemory }> {
  const { env } = context;
  const cache = await openCheckCache({
    root,
    project,
    env,
    vault,
    github: githubContextOf(context),
    clock: systemClock,
    fetch: (url, init) => fetch(url, init),
    onWarning,
  });
  const tools = createToolVersions({
    root: checkout,
    directory,
    own,
    spawn,
    clock: systemClock,
    env: checkEnvironment(env, { commandDirectory: ownCommandPlace(root), node: process.execPath }),
    known: { glidepath: ownVersion() },
  });
  const held = openHeldResults(checkout, directory, own);
  const { signal } = new AbortController();
  const memory = createCheckMemory({
    root: checkout,
    checks,
    variable: variableOf(vault),
    // Those of a container are the image's, which is named in the place.
    tools: async ({ command, where }) => (where === 'container' ? {} : tools.of(toolsOf(command), signal)),
    place: async ({ where }) =>
      where === 'container' ? place() : `host ${process.platform} ${process.arch}`,
    held,
    claims,
    cache,
    commit: async () => commit ?? cleanCommit(root, checks),
    clock: systemClock,
    signal,
  });
  return { memory, held, tools };
}

/** The commit that lies there; null with something uncommitted but what checks make, and without git. */
async function cleanCommit(root: string, checks: readonly ResolvedCheck[]): Promise<string | null> {
  const [{ createGitSource }, { hasChanges }] = await Promise.all([
    import('../../providers/git/git-source.ts'),
    import('../project/has-changes.ts'),
  ]);
  const source = createGitSource({ root });
  try {
    // One process of git, where nothing has changed.
    const isChanged = (await source.isDirty()) && (await hasChanges(source, checks));
    return isChanged ? null : await source.resolveRef('HEAD');
  } catch {
    return null;
  }
}

/** The modules of containers are loaded for checks that ask for one. */
function containersOf(context: CommandContext, { root, project, vault }: OpenChecksOptions): ContainerChecks {
  let opening: Promise<ContainerChecks> | null = null;
  const open = async (): Promise<ContainerChecks> => {
    const { containerChecks } = await import('./container/container-checks.ts');
    return containerChecks({
      root,
      container: project.checkContainer,
      env: context.env,
      command: process.argv[1] ?? null,
      redact: (text) => vault.redact(text),
    });
  };
  return {
    place: async () => (await (opening ??= open())).place(),
    execute: async (execution) => (await (opening ??= open())).execute(execution),
  };
}

/** What is needed only where a check really runs is made then: a run in which nothing changed makes none of it. */
function executeOnThisHost(context: CommandContext, { root, vault }: OpenChecksOptions): ExecuteCheck {
  const open = async (): Promise<{ execute: ExecuteCheck; forget: () => Promise<void> }> => {
    const node = process.execPath;
    const [commandDirectory, record] = await Promise.all([
      ownCommandDirectory(root, { node, command: ownCommand() }),
      recordCheckRun(root, Math.random),
    ]);
    const execute = executeOnHost({
      spawn,
      clock: systemClock,
      env: checkEnvironment(context.env, { commandDirectory, node }),
      mark: record.mark,
      outerMark: context.env[MARK_VARIABLE] ?? null,
      redact: (text) => vault.redact(text),
    });
    return { execute, forget: async () => record.forget() };
  };
  let opened: ReturnType<typeof open> | null = null;
  let underWay = 0;
  return async (execution) => {
    underWay += 1;
    const opening = (opened ??= open());
    try {
      return await (await opening).execute(execution);
    } finally {
      underWay -= 1;
      if (underWay === 0) {
        opened = null;
        await (await opening).forget();
      }
    }
  };
}
