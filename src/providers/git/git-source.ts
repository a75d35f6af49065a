import { spawn as nodeSpawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { Spawn } from '../../util/run-process.ts';
import { extractTar } from './extract-tar.ts';
import { gitEnv, runGit } from './run-git.ts';
import { readBlobs, readTree, type TreeFile } from './tree-files.ts';

/** What is known of a commit. */
interface CommitFacts {
  readonly sha: string;
  readonly subject: string;
  readonly author: string;
  /** Epoch milliseconds of the commit (not of its author date). */
  readonly at: number;
}

/** The repository that holds the project. Reads only. */
export interface GitSource {
  /** The full sha of a commit, branch or tag. Throws SOURCE_UNKNOWN_REF, or SOURCE_NOT_A_REPOSITORY. */
  resolveRef(ref: string): Promise<string>;
  hasRef(ref: string): Promise<boolean>;
  /** Whether this clone has the commit. */
  hasCommit(sha: string): Promise<boolean>;
  /** False also when one of the two is not in this clone: ask `hasCommit` to tell the cases apart. A commit is its own ancestor. */
  isAncestor(ancestor: string, descendant: string): Promise<boolean>;
  /** Writes the files of a commit into a directory, without `.git` and without anything uncommitted. */
  exportTree(commit: string, directory: string): Promise<void>;
  /** Every file of a commit below the project's directory. */
  filesOf(commit: string): Promise<readonly TreeFile[]>;
  /** The content of files, by what `filesOf` calls it. */
  contents(blobs: readonly string[]): Promise<ReadonlyMap<string, Buffer>>;
  /** The names of the tags at a commit. */
  tagsOf(commit: string): Promise<readonly string[]>;
  /** Null on a detached HEAD. */
  currentBranch(): Promise<string | null>;
  commit(ref: string): Promise<CommitFacts>;
  /** First line of a commit's message; empty when this clone does not have it. */
  subject(sha: string): Promise<string>;
  /** Whether tracked files differ from HEAD, or there are new ones that are not ignored. */
  isDirty(): Promise<boolean>;
  /** Paths, relative to the repository, that differ between two commits; sorted. */
  changedFiles(from: string, to: string): Promise<readonly string[]>;
  /**
   * What differs between two commits below the project's directory: a unified diff without context, paths from there. `to`
   * null: up to what lies in the working copy, without files that are new there.
   */
  lineChanges(from: string, to: string | null): Promise<string>;
  /** New files below the project's directory that are not ignored, from there; sorted. */
  newFiles(): Promise<readonly string[]>;
  /** From the root of the repository to the project: `apps/shop/`, or empty. */
  prefix(): Promise<string>;
  /** Paths, likewise, that differ from HEAD in the working copy, or are new there and not ignored; sorted. */
  uncommittedFiles(): Promise<readonly string[]>;
  /** The last commit that both come from; null where there is none in this clone, as in a shallow one. */
  mergeBase(one: string, other: string): Promise<string | null>;
  /** Commits reachable from `to` and not from `from`, newest first. */
  commitsBetween(from: string, to: string): Promise<readonly CommitFacts[]>;
}

/** Opens the repository that `root` lies in. Nothing is run until something is asked. */
export function createGitSource(options: { readonly root: string; readonly spawn?: Spawn }): GitSource {
  const { root } = options;
  const spawn = options.spawn ?? nodeSpawn;
  const git = async (args: readonly string[]): Promise<string> => output(spawn, root, args);
  const succeeds = async (args: readonly string[]): Promise<boolean> =>
    (await runGit(spawn, root, args)).code === 0;
  const hasCommit = async (sha: string): Promise<boolean> =>
    isSafe(sha) && succeeds(['cat-file', '-e', `${sha}^{commit}`]);
  return {
    resolveRef: async (ref) => resolveRef(spawn, root, ref),
    hasRef: async (ref) => isSafe(ref) && succeeds(['rev-parse', '--verify', '--quiet', `${ref}^{commit}`]),
    hasCommit,
    async isAncestor(ancestor, descendant) {
      if (!(await hasCommit(ancestor)) || !(await hasCommit(descendant))) return false;
      return succeeds(['merge-base', '--is-ancestor', ancestor, descendant]);
    },
    exportTree: async (commit, directory) => exportTree(spawn, { root, commit, directory }),
    async filesOf(commit) {
      const sha = await resolveRef(spawn, root, commit);
      return readTree(await git(['ls-tree', '-r', '-z', sha]));
    },
    contents: async (blobs) => readBlobs(spawn, root, blobs),
    async tagsOf(commit) {
      const sha = await resolveRef(spawn, root, commit);
      return (await git(['tag', '--points-at', sha])).split('\n').filter((tag) => tag !== '');
    },
    async currentBranch() {
      const { code, stdout } = await runGit(spawn, root, ['symbolic-ref', '--quiet', '--short', 'HEAD']);
      return code === 0 ? stdout.trim() : null;
    },
    async commit(ref) {
      const [facts] = commitsIn(await git(['log', '-1', FORMAT, await resolveRef(spawn, root, ref), '--']));
      if (facts === undefined) throw unknownRef(ref);
      return facts;
    },
    async subject(sha) {
      if (!(await hasCommit(sha))) return '';
      return (await git(['log', '-1', '--format=%s', sha, '--'])).trim();
    },
    isDirty: async () => (await git(['status', '--porcelain', '--untracked-files=normal', '--', '.'])) !== '',
    async changedFiles(from, to) {
      const range = [await resolveRef(spawn, root, from), await resolveRef(spawn, root, to)];
      return paths(await git(['diff', '--name-only', '-z', '--no-renames', ...range, '--']));
    },
    async lineChanges(from, to) {
      const refs = to === null ? [from] : [from, to];
      const range = await Promise.all(refs.map((ref) => resolveRef(spawn, root, ref)));
      return git(['diff', ...LINES_ONLY, ...range, '--', '.']);
    },
    newFiles: async () => paths(await git(['ls-files', '--others', '--exclude-standard', '-z', '--', '.'])),
    prefix: async () => (await git(['rev-parse', '--show-prefix'])).replace(/\r?\n$/, ''),
    async uncommittedFiles() {
      const tracked = await git(['diff', '--name-only', '-z', '--no-renames', 'HEAD', '--']);
      const others = ['ls-files', '--others', '--exclude-standard', '--full-name', '-z', '--', ':/'];
      return paths(tracked + (await git(others)));
    },
    async mergeBase(one, other) {
      if (!(await hasCommit(one)) || !(await hasCommit(other))) return null;
      const { code, stdout } = await runGit(spawn, root, ['merge-base', one, other]);
      return code === 0 ? stdout.trim() : null;
    },
    async commitsBetween(from, to) {
      const range = `${await resolveRef(spawn, root, from)}..${await resolveRef(spawn, root, to)}`;
      return commitsIn(await git(['log', FORMAT, range, '--']));
    },
  };
}

/** Whatever somebody has set for their own eyes. */
const LINES_ONLY = [
  '--unified=0',
  '--no-renames',
  '--no-color',
  '--no-ext-diff',
  '--no-textconv',
  '--relative',
  '--src-prefix=a/',
  '--dst-prefix=b/',
] as const;

/** What git parts by zeros. */
function paths(text: string): string[] {
  return text
    .split('\0')
    .filter((path) => path !== '')
    .sort();
}

/** Sha, commit time, author and subject, parted by a character that none of them holds. */
const FORMAT = '--format=%H%x1f%ct%x1f%an%x1f%s';

function commitsIn(text: string): CommitFacts[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [sha = '', seconds = '0', author = '', subject = ''] = line.split('\u001f');
      return { sha, author, subject, at: Number(seconds) * 1000 };
    });
}

/** A ref from the command line must never be read as an option. */
function isSafe(ref: string): boolean {
  return ref !== '' && !ref.startsWith('-') && !ref.includes('\0');
}

async function resolveRef(spawn: Spawn, root: string, ref: string): Promise<string> {
  if (!isSafe(ref)) throw unknownRef(ref);
  const result = await runGit(spawn, root, ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`]);
  if (result.code === 0) return result.stdout.trim();
  await requireRepository(spawn, root);
  throw unknownRef(ref);
}

async function output(spawn: Spawn, root: string, args: readonly string[]): Promise<string> {
  const result = await runGit(spawn, root, args);
  if (result.code === 0) return result.stdout;
  await requireRepository(spawn, root);
  const reason = result.stderr.trim().split('\n')[0] ?? '';
  throw new ToolError('SOURCE_UNKNOWN_REF', `git ${args[0] ?? ''} failed: ${reason}`, {
    hint: 'Fetch what may be missing: git fetch --all --tags',
  });
}

async function requireRepository(spawn: Spawn, root: string): Promise<void> {
  const { code } = await runGit(spawn, root, ['rev-parse', '--git-dir']);
  if (code === 0) return;
  throw new ToolError('SOURCE_NOT_A_REPOSITORY', `${root} is not in a git repository.`, {
    hint: 'Run this in a clone, or make one: git init && git add -A && git commit',
  });
}

function unknownRef(ref: string): ToolError {
  if (ref === 'HEAD') {
    return new ToolError('SOURCE_UNKNOWN_REF', 'This repository has no commit yet.', {
      hint: 'Make one: git add -A && git commit',
    });
  }
  return new ToolError('SOURCE_UNKNOWN_REF', `This clone has no commit, branch or tag named '${ref}'.`, {
    hint: 'Fetch it: git fetch --all --tags',
  });
}

/** `git archive` into a tar reader: what is written is the commit, whatever the working copy holds. */
async function exportTree(
  spawn: Spawn,
  { root, commit, directory }: { root: string; commit: string; directory: string },
): Promise<void> {
  const sha = await resolveRef(spawn, root, commit);
  // With a pathspec `git archive` would store paths relative to the current directory: run it at the top.
  const top = (await output(spawn, root, ['rev-parse', '--show-toplevel'])).trim();
  const prefix = (await output(spawn, root, ['rev-parse', '--show-prefix'])).trim().replace(/\/$/, '');
  await mkdir(directory, { recursive: true });
  const treeish = prefix === '' ? sha : `${sha}:${prefix}`;
  const child = spawn('git', ['archive', '--format=tar', treeish], {
    cwd: top,
    env: gitEnv(process.env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await extractTar(child, directory, `git archive of ${sha.slice(0, 7)}`);
}
