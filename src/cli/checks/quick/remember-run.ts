import { dirname, join } from 'node:path';
import type { Watched } from '../../../checks/inputs/input-reader.ts';
import type { ChecksOutcome } from '../../../checks/check-event.ts';
import type { CheckPlan } from '../../../checks/select-checks.ts';
import type { ReportsSummary } from '../../../reports/summary/reports-summary.ts';
import { markOf } from '../../../util/mark-of.ts';
import { ownFile } from '../../../util/own-file.ts';
import type { QuickProject } from '../load-project-quickly.ts';
import { cacheDirectory } from '../cache/open-check-cache.ts';
import { claimsDirectory } from '../claims-directory.ts';
import type { OpenedChecks } from '../open-checks.ts';
import { memoVersion } from './memo-version.ts';
import type { Memo } from './memo.ts';

/** A run that has ended, with what it was called with. */
export interface EndedRun {
  readonly process: Pick<NodeJS.Process, 'version' | 'platform' | 'arch' | 'cwd'>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Behind `ci`. */
  readonly args: readonly string[];
  readonly loaded: QuickProject;
  readonly deps: OpenedChecks;
  readonly plan: CheckPlan;
  readonly outcome: ChecksOutcome;
  readonly reports: ReportsSummary | null;
}

/** Variables that say where tools and the cache are, and who runs this. */
const VARIABLES = ['PATH', 'HOME', 'GLIDEPATH_CACHE_DIR', 'GLIDEPATH_CLOUD', 'GITHUB_ACTIONS'];

/**
 * What the next run may take for granted, as long as nothing of it changes; null where it may take nothing: a check had to
 * run, had something to warn of, or depends on what no look at files tells. `restless` are the paths that may have changed
 * only just now: what checks make, where they make it, and where runs tell each other of it.
 */
export function memoOfRun(
  run: EndedRun,
): { readonly memo: Memo; readonly restless: ReadonlySet<string> } | null {
  const { loaded, deps, plan, outcome, args, env } = run;
  const watched = deps.reader.watched();
  if (loaded.known === null || deps.known === null || watched?.isSettled !== true) return null;
  if (plan.selected.length === 0 || !isQuiet(plan, outcome)) return null;
  const { held, tools } = deps.known;
  const names = plan.selected.map(({ check }) => check.name);
  const results = names.flatMap((name) => held.last(name) ?? []);
  const places = names.map((name) => held.watched(name));
  if (results.length !== names.length || places.includes(null)) return null;
  const made = places.flatMap((paths) => paths ?? []);
  const namesAbove = namesOf(watched, made);
  const claims = claimsDirectory(join(loaded.root, '.glidepath'));
  // Where nothing was restored, the next run is worth waiting for: what it writes down holds while the outputs are there.
  const hasRestored = outcome.results.some(({ from }) => from === 'restored');
  const restless = new Set(hasRestored ? [claims, ...made, ...Object.keys(namesAbove)] : []);
  if (!watched.restless.every((directory) => restless.has(directory))) return null;
  const asked = plan.selected.flatMap(({ check }) => check.env);
  const variables = new Set([...VARIABLES, ...asked, ...loaded.known.env]);
  const memo: Memo = {
    version: memoVersion(run.process),
    args,
    env: Object.fromEntries([...variables].map((name) => [name, markOf(env[name])])),
    paths: [
      ...new Set([
        ...watched.paths,
        ...made,
        ...tools.watched(),
        loaded.file,
        ...loaded.known.files,
        // Records of runs that were killed, of which something may still run.
        join(loaded.root, '.glidepath', 'running'),
        // Another run that makes something anew, or was killed at it.
        claims,
        ownFile('cli/main'),
      ]),
    ],
    capacity: deps.capacity,
    plan,
    held: results,
    reports: run.reports,
    names: namesAbove,
    cache: { directory: cacheDirectory(loaded.root, env), trusted: loaded.project.cache.trust },
  };
  return { memo, restless };
}

/** What lay in the directories of the checkout that have something below them that checks made. */
function namesOf({ directories, names }: Watched, made: readonly string[]): Record<string, string> {
  const above = new Set<string>();
  for (const path of made) {
    for (let at = dirname(path); !above.has(at) && at !== dirname(at); at = dirname(at)) above.add(at);
  }
  return Object.fromEntries(
    directories.flatMap((path, index) => (above.has(path) ? [[path, names[index] ?? '']] : [])),
  );
}

function isQuiet(plan: CheckPlan, { results }: ChecksOutcome): boolean {
  return (
    results.every(
      ({ status, from, warnings }) => status === 'passed' && from !== 'ran' && warnings.length === 0,
    ) && plan.selected.every(({ check }) => check.isCached && check.where === 'host')
  );
}
