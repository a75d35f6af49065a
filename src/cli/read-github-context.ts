import { readFileSync } from 'node:fs';
import type { CommandContext } from './command-context.ts';
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
