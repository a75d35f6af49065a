import { Secret } from '../../diagnostics/secret.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { LocalCloud } from '../platforms/local-cloud.ts';
import type { CommandContext } from '../command-context.ts';
import type { Workbench } from '../workbench.ts';
import { deskAt, sourceOf, type GithubDesk } from './github-desk.ts';

/**
 * A desk on the local GitHub at which somebody else sits: `login`, who is made with the right to write where there is nobody
 * of that name. Throws CLI_USAGE without --local.
 */
export async function deskOfPerson(
  context: CommandContext,
  bench: Pick<Workbench, 'project' | 'root' | 'vault' | 'clock'>,
  login: string,
): Promise<GithubDesk> {
  const source = await sourceOf(context, bench);
  if (source.cloud === null || source.cloud.isInJob) {
    throw new ToolError('CLI_USAGE', 'Only on the local GitHub can anybody act as somebody else.', {
      hint: 'Add --local; on GitHub, set GITHUB_TOKEN to a token of that person',
    });
  }
  const { githubOptions } = await import('./open-github.ts');
  const options = await githubOptions(source);
  const token = await tokenOf(source.cloud, options.repository, login);
  bench.vault.hide(token);
  const { createGithub } = await import('../../providers/github/github.ts');
  const credentials = { kind: 'token', token: new Secret(token), name: `of ${login}` } as const;
  return deskAt(context, createGithub({ ...options, credentials }));
}

async function tokenOf(cloud: LocalCloud, repository: string, login: string): Promise<string> {
  const { askCloud } = await import('../../cloud/control/client.ts');
  const { openLocalGithub } = await import('../rehearsal/local-github.ts');
  const github = openLocalGithub(cloud, repository, (url, init) => fetch(url, init));
  await github.ensureMember(login);
  const made = await askCloud(cloud, 'POST', '/github/tokens', { login });
  return (made as { token: string }).token;
}
