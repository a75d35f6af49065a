import { readFileSync } from 'node:fs';
import type { CommandContext } from '../command-context.ts';
import { githubContext, type GithubContext } from './github-context.ts';

/** Where this command runs inside GitHub Actions, with its event; null elsewhere. */
export function readGithubContext({ env }: Pick<CommandContext, 'env'>): GithubContext | null {
  return githubContext(env, (path) => {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return null;
    }
  });
}

/** Whether a command works on real platforms, or as a job of the local GitHub does: on it they are the real ones. */
export function isForReal({ isLocal, cloudOfJob }: Pick<CommandContext, 'isLocal' | 'cloudOfJob'>): boolean {
  return !isLocal || cloudOfJob !== null;
}

/** The same, but for a command that rehearses on a local cloud of its own: no event decides what that may do. */
export function githubContextOf(
  context: Pick<CommandContext, 'env' | 'isLocal' | 'cloudOfJob'>,
): GithubContext | null {
  return isForReal(context) ? readGithubContext(context) : null;
}
