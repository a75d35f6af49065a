import type { ResolvedEnvironment } from '../../config/resolved.ts';
import { importHistory } from '../../pipeline/github/import-history.ts';
import { readDeployments } from '../../pipeline/github/read-deployments.ts';
import { isAlive, isTerminal, type FoundDeployment } from '../../pipeline/github/unfinished.ts';
import type { CommandContext } from '../command-context.ts';
import { withProgress } from '../progress.ts';
import type { Workbench } from '../workbench.ts';
import { githubDesk, type GithubDesk } from './github-desk.ts';
import { swept } from './sweep-deployments.ts';

/** An environment on GitHub. */
export interface HostEnvironment {
  /** As resolved: of a review app the one of its pull request. */
  readonly environment: ResolvedEnvironment;
  /** As the config calls it, which is how GitHub does. */
  readonly hostEnvironment: string;
  readonly pullRequest: number | null;
}

/**
 * Brings the history of environments up to what GitHub knows, where a command speaks to GitHub at all: those named, and
 * those that their gates and migrations ask about. Throws what GitHub answers: without its history a runner would not know what is live.
 */
export async function readHistory(
  context: CommandContext,
  bench: Workbench,
  names: readonly string[],
): Promise<void> {
  const desk = await githubDesk(context, bench);
  if (desk === null) return;
  await withProgress(context, 'Reading the history on GitHub', () =>
    readHistoryAt(desk, context, bench, names),
  );
}

/** The same, at a desk that was asked for. */
export async function readHistoryAt(
  desk: GithubDesk,
  context: CommandContext,
  bench: Workbench,
  names: readonly string[],
): Promise<void> {
  for (const name of withGates(bench, names)) {
    const environment = bench.project.environments.find((each) => each.name === name);
    if (environment === undefined || environment.kind !== 'standing') continue;
    const of: HostEnvironment = { environment, hostEnvironment: name, pullRequest: null };
    await intoHistory(bench, of, await readEnvironment(desk, context, bench, of, { isSweeping: false }));
  }
}

/** Each environment with those that it must have passed in, and where its migrations ran before. */
function withGates(bench: Workbench, names: readonly string[]): readonly string[] {
  const all = new Set(names);
  for (const name of all) {
    const environment = bench.project.environments.find((each) => each.name === name);
    for (const gate of environment?.gates ?? []) if (gate.kind === 'passed') all.add(gate.environment);
    if (environment !== undefined && environment.migratesAfter !== null) all.add(environment.migratesAfter);
  }
  return [...all];
}

/**
 * What GitHub has of one environment; with `isSweeping` what dead runs left is ended first, which writes. `own` is the
 * deployment of who asks, which is alive.
 */
export async function readEnvironment(
  desk: GithubDesk,
  context: CommandContext,
  bench: Workbench,
  of: HostEnvironment,
  { isSweeping, own = null }: { readonly isSweeping: boolean; readonly own?: number | null },
): Promise<readonly FoundDeployment[]> {
  const doubles: number[] = [];
  const found = await readDeployments(
    {
      host: desk.host,
      isOnMain: (sha) => isOnMain(desk, bench, sha),
      onDouble: (id) => doubles.push(id),
      log: (line) => {
        if (context.isVerbose) context.output.error(`${line}\n`);
      },
    },
    of,
  );
  if (!isSweeping) return found;
  for (const id of doubles)
    await desk.quietly('closing a deployment of a dead run', () => desk.host.deleteDeployment(id));
  return swept(desk, bench, found, own);
}

/** Puts it into the history of this machine, but for what was carried out here and is known better. */
export async function intoHistory(
  bench: Workbench,
  { environment }: HostEnvironment,
  found: readonly FoundDeployment[],
): Promise<void> {
  const elsewhere: FoundDeployment[] = [];
  for (const each of found) {
    if ((await bench.engine.get(each.payload.run)) === null) elsewhere.push(each);
  }
  importHistory(bench.history, environment.name, elsewhere);
}

/** Those on which somebody still works. */
export async function aliveOf(
  desk: GithubDesk,
  bench: Pick<Workbench, 'clock'>,
  found: readonly FoundDeployment[],
): Promise<readonly FoundDeployment[]> {
  const alive: FoundDeployment[] = [];
  for (const each of found) {
    if (isTerminal(each.state)) continue;
    const { actions } = each.payload;
    const workflowRun = actions === null ? null : await desk.host.workflowRun(actions.run);
    if (isAlive(each, workflowRun, { actions: desk.actions, now: bench.clock.now() })) alive.push(each);
  }
  return alive;
}

/**
 * Whether a commit is on the main branch: by this clone, where it has both, else by GitHub, which is also asked where the
 * clone may be older than the branch.
 */
export async function isOnMain(
  desk: Pick<GithubDesk, 'host'> | null,
  { project, source }: Pick<Workbench, 'project' | 'source'>,
  sha: string,
): Promise<boolean> {
  const { mainBranch } = project;
  for (const ref of [`origin/${mainBranch}`, mainBranch]) {
    if (!(await source.hasRef(ref))) continue;
    if (await source.isAncestor(sha, await source.resolveRef(ref))) return true;
    break;
  }
  if (desk === null) return false;
  const main = await desk.host.commitOf(mainBranch);
  return main !== null && (await desk.host.isAncestor(sha, main));
}
