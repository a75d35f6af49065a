import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { refuseCommittedState } from './committed-state.ts';
import { gitGuards } from './git-guards.ts';
import type { RunGit } from './run-git.ts';
import { unreadableInput } from './unreadable-input.ts';

/** What git says of a checkout. */
export interface GitListing {
  /** From the root: tracked, also when deleted, and untracked ones that are not ignored. */
  readonly files: ReadonlySet<string>;
  /** Directories with a repository of their own, such as submodules: its files are listed like others. */
  readonly repositories: readonly string[];
  readonly guards: readonly string[];
  readonly isComplete: boolean;
}

/** Submodules within submodules, deeper than any project goes: a link in a circle must not be followed for ever. */
const DEPTH_MAX = 16;

/** Lists a checkout; null where git knows nothing about it. Throws STATE_COMMITTED. */
export async function listWithGit(
  runGit: RunGit,
  root: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<GitListing | null> {
  const files = new Set<string>();
  const repositories: string[] = [];
  const guards = new Set<string>();
  let isComplete = true;
  const list = async (prefix: string, depth: number): Promise<boolean> => {
    const directory = join(root, prefix);
    const found = await gitGuards(runGit, directory, env);
    if (found === null) return false;
    const paths = await listedPaths(runGit, directory);
    if (paths === null) return false;
    repositories.push(prefix);
    for (const path of found.paths) guards.add(path);
    isComplete &&= found.isComplete;
    for (const path of paths) {
      const whole = prefix + path.replace(/\/$/, '');
      if (whole.split('/', 1)[0] === '.glidepath') continue;
      if (!isRepository(join(root, whole), path)) files.add(whole);
      else if (depth >= DEPTH_MAX || !(await list(`${whole}/`, depth + 1))) isComplete = false;
    }
    return true;
  };
  // A project in a directory that an outer repository ignores is not in that repository.
  const [isListed] = await Promise.all([list('', 0), refuseCommittedState(runGit, root)]);
  if (!isListed || files.size === 0) return null;
  return { files, repositories, guards: [...guards], isComplete };
}

async function listedPaths(runGit: RunGit, directory: string): Promise<readonly string[] | null> {
  const listed = await runGit(directory, ['ls-files', '-z', '--cached', '--others', '--exclude-standard']);
  if (listed === null || listed.code !== 0) return null;
  // git goes on without a directory that it cannot open; its files would be missing from the inputs.
  const closed = /could not open directory '(.*)': (.*)/.exec(listed.stderr);
  if (closed !== null) throw unreadableInput(closed[1] ?? '', closed[2] ?? '');
  const text = listed.stdout.toString();
  const paths = text.split('\0').slice(0, -1);
  if (text.includes('\uFFFD')) {
    const strange = paths.find((path) => path.includes('\uFFFD') && !isThere(join(directory, path)));
    if (strange !== undefined) throw unreadableInput(strange, 'its name is not valid UTF-8');
  }
  return paths;
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** A submodule is listed under its name; any other repository with a slash behind it. An empty submodule has no files. */
function isRepository(path: string, listed: string): boolean {
  if (listed.endsWith('/')) return true;
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isDirectory() === true && isThere(join(path, '.git'));
}

/** Of paths from the root, those that git ignores; null where it does not say. */
export async function ignoredPaths(
  runGit: RunGit,
  root: string,
  { repositories }: GitListing,
  paths: readonly string[],
): Promise<ReadonlySet<string> | null> {
  const ignored = new Set<string>();
  for (const repository of repositories) {
    // git does not answer about what lies in a repository within its own.
    const own = paths.filter((path) => repositoryOf(repositories, path) === repository);
    if (own.length === 0) continue;
    const input = own.map((path) => `./${path.slice(repository.length)}\0`).join('');
    const answer = await runGit(join(root, repository), ['check-ignore', '-z', '--stdin'], input);
    // 1: it ignores none of them.
    if (answer === null || (answer.code !== 0 && answer.code !== 1)) return null;
    for (const path of answer.stdout.toString().split('\0').slice(0, -1))
      ignored.add(repository + path.replace(/^\.\//, ''));
  }
  return ignored;
}

function repositoryOf(repositories: readonly string[], path: string): string {
  return repositories.reduce(
    (best, each) => (path.startsWith(each) && each.length > best.length ? each : best),
    '',
  );
}
