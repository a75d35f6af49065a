import type { ResolvedDatabase } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { PlatformWork } from '../../providers/app-platform.ts';
import type { DatabaseAddress } from '../../providers/database-platform.ts';
import type { PipelineDeps } from '../pipeline-deps.ts';

/** A copy of an environment's database that may be spoilt. */
export interface ThrowAwayBranch {
  readonly name: string;
  /** Past any pooler. A secret. */
  readonly address: DatabaseAddress;
}

/** What is at hand while a probe runs. */
export interface ProbeBranch extends ThrowAwayBranch {
  /** Another copy, on which nothing was run; made when it is first asked for, and removed with the first. */
  twin(): Promise<ThrowAwayBranch>;
}

/** Which branch is made. */
export interface ProbeBranchOptions {
  readonly environment: string;
  readonly database: ResolvedDatabase;
  /** Whether it is left there, until the platform removes it. */
  readonly keep: boolean;
  /** Of the data, milliseconds since the Unix epoch; now where it is not said. */
  readonly at?: number;
}

type BranchDeps = Pick<PipelineDeps, 'databasePlatformOf' | 'history' | 'clock' | 'random' | 'hide'>;

/** The platform removes it after this long, whatever becomes of us: longer than any migration of use takes. */
const LIFETIME_MS = 60 * 60_000;
/** How often it is written down that a branch is needed. */
const RENEW_MS = 5_000;
/** A branch that was not said to be needed for so long is one that a process left which is dead. */
const ABANDONED_MS = 30_000;
/** `probe-`, the time in base 36, two random characters. */
const OURS = /^probe-([0-9a-z]{8,9})[0-9a-z]{2}(?:-twin)?$/;

/**
 * Runs `use` with a branch of an environment's database, and removes the branch however that ends. Removes what earlier
 * probes left behind that died. Throws PROVIDER_NOT_SUPPORTED where the database's platform has no branches.
 */
export async function withProbeBranch<T>(
  deps: BranchDeps,
  options: ProbeBranchOptions,
  work: PlatformWork,
  use: (branch: ProbeBranch) => Promise<T>,
): Promise<T> {
  await removeLeftovers(deps, options, work);
  const name = newName(deps);
  const made: string[] = [];
  const renewing = new AbortController();
  const renewed = renew(deps, options, made, renewing.signal);
  try {
    const branch = await make(deps, options, name, made, work);
    let twin: Promise<ThrowAwayBranch> | null = null;
    return await use({
      ...branch,
      twin: async () => (twin ??= make(deps, options, `${name}-twin`, made, work)),
    });
  } finally {
    renewing.abort();
    await renewed;
    for (const each of made) {
      // What is kept is the branch on which the migrations ran.
      if (options.keep && each === name) deps.history.forgetProbeBranch(each);
      else await remove(deps, options, each, work);
    }
  }
}

function newName({ clock, random }: Pick<BranchDeps, 'clock' | 'random'>): string {
  const suffix = Math.floor(random() * 36 ** 2).toString(36);
  return `probe-${clock.now().toString(36)}${suffix.padStart(2, '0')}`;
}

async function make(
  deps: BranchDeps,
  { environment, database, at }: ProbeBranchOptions,
  name: string,
  made: string[],
  work: PlatformWork,
): Promise<ThrowAwayBranch> {
  const platform = deps.databasePlatformOf(database);
  deps.history.keepProbeBranch({ name, environment, database: database.name }, deps.clock.now());
  made.push(name);
  const moment = at === undefined ? {} : { at };
  await platform.branch(database, { name, expiresAt: deps.clock.now() + LIFETIME_MS, ...moment }, work);
  work.log(`${database.name}: branch ${name} is there`);
  const address = await platform.address(database, { use: 'direct', branch: name }, work.signal);
  return { name, address };
}

async function renew(
  { history, clock }: BranchDeps,
  { environment, database }: ProbeBranchOptions,
  made: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    for (const name of made)
      history.keepProbeBranch({ name, environment, database: database.name }, clock.now());
    await clock.sleep(RENEW_MS, signal).catch(() => undefined);
  }
}

/** Not under the work's own signal: what was stopped still has a branch to remove. */
async function remove(
  deps: BranchDeps,
  { database }: ProbeBranchOptions,
  name: string,
  work: PlatformWork,
): Promise<void> {
  try {
    await deps
      .databasePlatformOf(database)
      .deleteBranch(database, name, { ...work, signal: new AbortController().signal });
    deps.history.forgetProbeBranch(name);
    work.log(`${database.name}: branch ${name} is removed`);
  } catch (error) {
    // How the probe went counts for more. It goes by itself after an hour, or with the next probe.
    if (!(error instanceof ToolError)) throw error;
    work.log(
      `! branch ${name} of ${database.name} could not be removed; the next probe will: ${error.message}`,
    );
  }
}

async function removeLeftovers(
  deps: BranchDeps,
  options: ProbeBranchOptions,
  work: PlatformWork,
): Promise<void> {
  const { environment, database } = options;
  const now = deps.clock.now();
  const recorded = deps.history.probeBranchesLeft(environment, database.name, now - ABANDONED_MS);
  const listed = await deps.databasePlatformOf(database).branches(database);
  const old = listed.map(({ name }) => name).filter((name) => isOutlived(name, now));
  for (const name of new Set([...recorded, ...old])) await remove(deps, options, name, work);
}

/** Ours by its name, and older than the platform should have let it become. */
function isOutlived(name: string, now: number): boolean {
  const madeAt = Number.parseInt(OURS.exec(name)?.[1] ?? '', 36);
  return madeAt < now - LIFETIME_MS;
}
