import type { FoundApp } from './find-apps.ts';
import type { Repository } from './repository.ts';

/** An environment of the config to be written. */
export interface InitEnvironment {
  /** As in the names of files and branches, small. */
  readonly name: string;
  readonly on:
    | { readonly kind: 'push'; readonly branch: string }
    | { readonly kind: 'tag' }
    | { readonly kind: 'pull-request' }
    | null;
  /** The environment that a release must have passed. */
  readonly after: string | null;
  /** Why it is there and listens to that, where that is a guess. */
  readonly assumed: string;
}

/** Names that mean the same; the environment has the one that is found. */
const PRODUCTION = ['production', 'prod', 'live'];
const STAGING = ['staging', 'stage'];
const REVIEW = ['review', 'preview'];

/** The environments that fly.toml files and branches name; where nothing does, those that are usual. */
export function initEnvironments(repository: Repository, apps: readonly FoundApp[]): InitEnvironment[] {
  const files = apps.flatMap(({ flyFiles }) => flyFiles.map(({ file }) => file.environment));
  const ofFiles = new Set(files.filter((name) => name !== null).map((name) => name.toLowerCase()));
  const ofBranches = [PRODUCTION, STAGING]
    .filter((synonyms) => !synonyms.some((name) => ofFiles.has(name)))
    .flatMap((synonyms) => branchOf(repository, synonyms) ?? []);
  const known = [...ofFiles, ...ofBranches];
  // A fly.toml of no environment is of what runs today.
  const needsProduction = (ofBranches.length > 0 || files.includes(null)) && !known.some(isProduction);
  const names = [...known, ...(needsProduction ? ['production'] : [])];
  const all = names.length > 0 ? names : ['staging', 'production'];
  const ordered = all.sort((one, other) => rank(one) - rank(other) || (one < other ? -1 : 1));
  const staging = ordered.find((name) => STAGING.includes(name)) ?? null;
  return ordered.map((name) => {
    const source = ofFiles.has(name) ? 'a fly.toml' : ofBranches.includes(name) ? 'a branch' : null;
    return { name, ...listening(name, staging, repository, source) };
  });
}

/** Whether an environment of that name is the one that matters. */
export function isProduction(name: string): boolean {
  return PRODUCTION.includes(name);
}

/** Before production comes what leads to it; review apps are last. */
function rank(name: string): number {
  if (REVIEW.includes(name)) return 3;
  if (PRODUCTION.includes(name)) return 2;
  return STAGING.includes(name) ? 1 : 0;
}

/** The branch that is meant to be deployed from, but for the main one. */
function branchOf({ branches, mainBranch }: Repository, names: readonly string[]): string | null {
  return names.find((name) => branches.includes(name) && name !== mainBranch) ?? null;
}

function listening(
  name: string,
  staging: string | null,
  repository: Repository,
  source: string | null,
): Omit<InitEnvironment, 'name'> {
  const main = repository.mainBranch ?? 'main';
  const why = source === null ? `nothing names ${name}` : `${source} names ${name}`;
  if (REVIEW.includes(name))
    return { on: { kind: 'pull-request' }, after: null, assumed: `${why}; one copy for each pull request` };
  const synonyms = [PRODUCTION, STAGING].find((names) => names.includes(name)) ?? [name];
  const branch = branchOf(repository, synonyms);
  const after = isProduction(name) ? staging : null;
  if (branch !== null)
    return { on: { kind: 'push', branch }, after, assumed: `${why}; pushes to the branch ${branch}` };
  if (after !== null && branchOf(repository, STAGING) === null)
    return { on: { kind: 'tag' }, after, assumed: `${why}; version tags, as ${after} has ${main}` };
  if (synonyms.length > 1)
    return { on: { kind: 'push', branch: main }, after: null, assumed: `${why}; pushes to ${main}` };
  return { on: null, after: null, assumed: `${why}; by hand: glidepath deploy ${name}` };
}
