import { nameHint } from '../../config/did-you-mean.ts';
import type { ResolvedEnvironment, ResolvedProject } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { environmentNamed } from '../../plan/environment-named.ts';

/**
 * The environment of that name, where something runs: one that stands, or `review/pr-42`, that of one pull request. Throws
 * CLI_USAGE for `review` alone, which is one for each pull request, and PLAN_UNKNOWN_ENVIRONMENT with those there are.
 */
export function requirePlace(project: ResolvedProject, name: string): ResolvedEnvironment {
  const named = environmentNamed(project, name);
  if (named !== null) return named.environment;
  const { environments } = project;
  if (environments.some((environment) => environment.name === name))
    throw new ToolError('CLI_USAGE', `${name} is one environment per pull request.`, {
      hint: `Name the pull request: ${name}/pr-42. See those there are: glidepath review list`,
    });
  const names = environments.map((one) => (one.kind === 'review' ? `${one.name}/pr-<number>` : one.name));
  throw new ToolError('PLAN_UNKNOWN_ENVIRONMENT', `There is no environment "${name}" in ${project.name}.`, {
    hint: nameHint(name, names, 'environments'),
  });
}
