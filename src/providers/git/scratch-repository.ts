import { spawn as nodeSpawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { Spawn } from '../../util/run-process.ts';
import { runGit, type GitExtras } from './run-git.ts';

/** A file that a commit has otherwise than the tree it is made from; null: not at all. */
export interface FileChange {
  /** Relative to the root of the commit, with `/` between the parts. */
  readonly path: string;
  readonly content: Buffer | string | null;
}

/** A commit that is made without a working copy. */
export interface ScratchCommit {
  /** The tree that it starts from: a commit, or a folder of one as `<commit>:<folder>`. */
  readonly tree: string;
  readonly changes: readonly FileChange[];
  readonly parents: readonly string[];
  readonly message: string;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

/** Where commits are pushed to, with what opens it. */
export interface Remote {
  readonly url: string;
  /** Sent as the password of HTTP; never part of the address, where processes of others could read it. */
  readonly token: string;
}

/**
 * A bare repository beside another one, which sees all of its commits and writes nothing into it: commits can be made
 * and pushed while nobody's working copy, branches or objects change.
 */
export interface ScratchRepository {
  /** Where in its repository `root` is, with a slash at the end; empty where it is the whole. */
  readonly folder: string;
  commit(commit: ScratchCommit): Promise<string>;
  /** The sha of every branch and tag there: `refs/heads/main` → sha. */
  remoteRefs(remote: Remote): Promise<ReadonlyMap<string, string>>;
  /** Brings commits of the remote here, so that others can be made on top of them. */
  fetch(remote: Remote, refs: readonly string[]): Promise<void>;
  /** `<sha>:refs/heads/main`, one or several. Throws PROVIDER_REJECTED with what the remote said. */
  push(remote: Remote, refspecs: readonly string[]): Promise<readonly string[]>;
  isAncestor(ancestor: string, descendant: string): Promise<boolean>;
  /** The content of a file of a commit; null where there is none. */
  read(commit: string, path: string): Promise<string | null>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** What git calls an object that is not there. */
const NOTHING = '0'.repeat(40);

/** Who such commits are by: nobody's identity is taken. */
const AUTHOR = { name: 'Glidepath rehearsal', email: 'rehearsal@glidepath.invalid' };

/** Opens a scratch repository for the one that `root` lies in; it disappears when disposed of. */
export async function openScratchRepository(
  root: string,
  spawn: Spawn = nodeSpawn,
): Promise<ScratchRepository> {
  const dir = await mkdtemp(join(tmpdir(), 'glidepath-scratch-'));
  const git = async (args: readonly string[], more: GitExtras = {}): Promise<string> =>
    requireOk(await runGit(spawn, dir, args, more), args);
  await git(['init', '--quiet', '--bare', dir]);
  const objects = requireOk(await runGit(spawn, root, ['rev-parse', '--git-path', 'objects']), ['rev-parse']);
  await mkdir(join(dir, 'objects', 'info'), { recursive: true });
  await writeFile(join(dir, 'objects', 'info', 'alternates'), `${resolveFrom(root, objects.trim())}\n`);
  const prefix = requireOk(await runGit(spawn, root, ['rev-parse', '--show-prefix']), ['rev-parse']);
  return {
    folder: prefix.trim(),
    commit: (commit) => writeCommit(git, dir, commit),
    async remoteRefs(remote) {
      const lines = (await git(['ls-remote', remote.url], opened(remote))).split('\n');
      return new Map(lines.filter(Boolean).map((line) => line.split('\t').toReversed() as [string, string]));
    },
    async fetch(remote, refs) {
      await git(['fetch', '--quiet', '--no-tags', remote.url, ...refs], opened(remote));
    },
    async push(remote, refspecs) {
      const args = ['push', '--porcelain', remote.url, ...refspecs];
      const result = await runGit(spawn, dir, args, opened(remote));
      if (result.code === 0) return lines(result.stderr);
      throw new ToolError('PROVIDER_REJECTED', `The push of ${refspecs.join(', ')} was refused.`, {
        hint: 'What the repository has against it is above.',
        output: lines(`${result.stderr}\n${result.stdout}`),
      });
    },
    isAncestor: async (ancestor, descendant) =>
      (await runGit(spawn, dir, ['merge-base', '--is-ancestor', ancestor, descendant])).code === 0,
    async read(commit, path) {
      const { code, stdout } = await runGit(spawn, dir, ['cat-file', 'blob', `${commit}:${path}`]);
      return code === 0 ? stdout : null;
    },
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  };
}

type Git = (args: readonly string[], more?: GitExtras) => Promise<string>;

/** Through an index of its own, so that several can be made at once. */
async function writeCommit(git: Git, dir: string, commit: ScratchCommit): Promise<string> {
  const env = { GIT_INDEX_FILE: join(await mkdtemp(join(dir, 'index-')), 'index') };
  await git(['read-tree', commit.tree], { env });
  const entries: string[] = [];
  for (const { path, content } of commit.changes) {
    const blob = content === null ? NOTHING : await git(['hash-object', '-w', '--stdin'], { input: content });
    const mode = content === null ? '0' : await modeOf(git, commit.tree, path);
    entries.push(`${mode} ${blob.trim()}\t${path}\n`);
  }
  await git(['update-index', '--add', '--index-info'], { env, input: entries.join('') });
  const tree = (await git(['write-tree'], { env })).trim();
  const parents = commit.parents.flatMap((parent) => ['-p', parent]);
  const date = `@${Math.floor(commit.at / 1000)} +0000`;
  const identity = {
    GIT_AUTHOR_NAME: AUTHOR.name,
    GIT_AUTHOR_EMAIL: AUTHOR.email,
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: AUTHOR.name,
    GIT_COMMITTER_EMAIL: AUTHOR.email,
    GIT_COMMITTER_DATE: date,
  };
  return (await git(['commit-tree', tree, ...parents], { env: identity, input: commit.message })).trim();
}

/** A file that is there keeps its mode: a script stays executable. */
async function modeOf(git: Git, tree: string, path: string): Promise<string> {
  const listed = await git(['ls-tree', tree, '--', path]);
  return /^(\d{6}) blob /.exec(listed)?.[1] ?? '100644';
}

/** The token goes in as configuration by the environment: arguments can be read by every process of the machine. */
function opened({ token }: Remote): GitExtras {
  const credentials = Buffer.from(`x-access-token:${token}`).toString('base64');
  return {
    env: {
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'http.extraHeader',
      GIT_CONFIG_VALUE_0: `Authorization: Basic ${credentials}`,
    },
  };
}

function requireOk(
  { code, stdout, stderr }: Awaited<ReturnType<typeof runGit>>,
  args: readonly string[],
): string {
  if (code === 0) return stdout;
  throw new ToolError('SOURCE_UNKNOWN_REF', `git ${args[0] ?? ''} failed: ${lines(stderr)[0] ?? ''}`, {
    hint: 'See whether the commit is in this clone: git log --all',
    output: lines(stderr),
  });
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}

function resolveFrom(root: string, path: string): string {
  return path.startsWith('/') ? path : join(root, path);
}
