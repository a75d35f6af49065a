import type { BuildFacts } from '../../artifacts/provenance-statement.ts';
import type { ResolvedProject } from '../../config/resolved.ts';
import type { CommandContext } from '../command-context.ts';

/** Who builds here, as provenance names them: the run of GitHub Actions, or this machine. */
export function builderFacts(
  { env }: Pick<CommandContext, 'env'>,
  project: Pick<ResolvedProject, 'github'>,
): Pick<BuildFacts, 'builder' | 'invocation' | 'repository'> {
  const isActions = env['GITHUB_ACTIONS'] === 'true';
  const repository = project.github?.repository ?? env['GITHUB_REPOSITORY'] ?? null;
  const server = env['GITHUB_SERVER_URL'] ?? 'https://github.com';
  const run = `${env['GITHUB_RUN_ID'] ?? ''}/attempts/${env['GITHUB_RUN_ATTEMPT'] ?? '1'}`;
  return {
    builder: `https://glidepath.dev/builders/${isActions ? 'github-actions' : 'local'}`,
    invocation: isActions ? `${server}/${repository ?? ''}/actions/runs/${run}` : null,
    repository: repository === null ? null : `https://github.com/${repository}`,
  };
}

/** What Glidepath runs on, as manifests name it. */
export function toolVersions(): Readonly<Record<string, string>> {
  return { node: process.versions.node, platform: `${process.platform} ${process.arch}` };
}
