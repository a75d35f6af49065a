import { dirname, join, resolve } from 'node:path';
import type { RunGit } from './run-git.ts';

/** Where a repository keeps what decides which files count. */
export interface GitGuards {
  /** Absolute; some of them may not be there. */
  readonly paths: readonly string[];
  /** False where they could not all be found out. */
  readonly isComplete: boolean;
}

/**
 * The files that decide what `git ls-files` says in a directory, besides what lies in it: the index, every config
 * file that git has read or would read, the lists of what is ignored, and the `.gitignore` files above it. Null outside a repository.
 */
export async function gitGuards(
  runGit: RunGit,
  directory: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<GitGuards | null> {
  const [found, config] = await Promise.all([
    runGit(directory, ['rev-parse', '--show-toplevel', '--absolute-git-dir', '--git-common-dir']),
    runGit(directory, ['config', '--list', '--show-origin', '-z']),
  ]);
  if (found === null || found.code !== 0) return null;
  const lines = found.stdout.toString().split('\n').slice(0, -1);
  const [top = directory, gitDir = directory, common = gitDir] = lines;
  const commonDir = resolve(directory, common);
  const { origins, excludesFile } = configOf(config?.stdout.toString() ?? '', directory, env);
  const home = env['HOME'] ?? '';
  const userConfig = env['XDG_CONFIG_HOME'] || join(home, '.config');
  return {
    paths: [
      join(gitDir, 'index'),
      join(commonDir, 'info', 'exclude'),
      join(commonDir, 'config'),
      join(gitDir, 'config.worktree'),
      join(home, '.gitconfig'),
      join(userConfig, 'git', 'config'),
      ...origins,
      excludesFile ?? join(userConfig, 'git', 'ignore'),
      ...ignoreFilesAbove(top, directory),
    ],
    // A line break in the path of a repository would be taken for the end of the path.
    isComplete: lines.length === 3 && config?.code === 0,
  };
}

/** Entries are `origin NUL name LF value NUL`. */
function configOf(
  text: string,
  directory: string,
  env: Readonly<Record<string, string | undefined>>,
): { origins: string[]; excludesFile: string | null } {
  const parts = text.split('\0');
  const origins = new Set<string>();
  let excludesFile: string | null = null;
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const origin = parts[at] ?? '';
    const setting = parts[at + 1] ?? '';
    if (origin.startsWith('file:')) origins.add(resolve(directory, origin.slice('file:'.length)));
    if (setting.startsWith('core.excludesfile\n'))
      excludesFile = resolve(
        directory,
        setting.slice('core.excludesfile\n'.length).replace(/^~(?=\/)/, env['HOME'] ?? '~'),
      );
  }
  return { origins: [...origins], excludesFile };
}

function ignoreFilesAbove(top: string, directory: string): string[] {
  const files: string[] = [];
  for (let at = directory; at !== top && at !== dirname(at);) {
    at = dirname(at);
    files.push(join(at, '.gitignore'));
  }
  return files;
}
