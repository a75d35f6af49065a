import { spawn } from 'node:child_process';
import { createGitSource } from '../../providers/git/git-source.ts';
import { runGit } from '../../providers/git/run-git.ts';

/** What a commit that others have holds, and what is another one by now. */
export interface Base {
  /** As it was asked for: `origin/main`. */
  readonly name: string;
  /** From `root`, with `/`. */
  readonly paths: readonly string[];
  readonly edited: ReadonlySet<string>;
}

/**
 * The commit at which this branch left `ref`, compared with the files on disk. Throws SOURCE_UNKNOWN_REF or
 * SOURCE_NOT_A_REPOSITORY. Where the clone is too shallow to know where they parted, `ref` itself is compared with.
 */
export async function readBase(root: string, ref: string): Promise<Base> {
  const sha = await createGitSource({ root }).resolveRef(ref);
  const parted = await lines(root, ['merge-base', sha, 'HEAD']);
  const base = parted[0]?.trim() ?? sha;
  const paths = await lines(root, ['ls-tree', '-r', '-z', '--name-only', base], '\0');
  const edited = await lines(
    root,
    ['diff', '--name-only', '-z', '--no-renames', '--relative', base, '--', '.'],
    '\0',
  );
  const known = new Set(paths);
  return { name: ref, paths, edited: new Set(edited.filter((path) => known.has(path))) };
}

async function lines(root: string, args: readonly string[], end = '\n'): Promise<readonly string[]> {
  const { code, stdout } = await runGit(spawn, root, args);
  return code === 0 ? stdout.split(end).filter((line) => line !== '') : [];
}
