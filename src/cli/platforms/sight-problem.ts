import type { ResolvedApp, ResolvedEnvironment } from '../../config/resolved.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { AppPlatformReader } from '../../providers/app-platform.ts';

/**
 * Why apps that seem not to exist cannot be seen: to a token of another organization its platform says of every app that
 * there is none. Null where there is truly nothing.
 */
export async function sightProblem(
  reader: Pick<AppPlatformReader, 'findProblems'>,
  environment: string,
  apps: readonly ResolvedApp[],
): Promise<Diagnostic | null> {
  const onFly = apps.filter((app) => app.platform === 'fly');
  const problems = await reader.findProblems({ environment, apps: onFly });
  return problems.find(({ code }) => code === 'PROVIDER_UNAUTHORIZED') ?? null;
}

/** The same as an error of a command that needs what it cannot see. */
export async function requireSight(...args: Parameters<typeof sightProblem>): Promise<void> {
  const problem = await sightProblem(...args);
  if (problem !== null) throw new ToolError(problem.code, problem.message, { hint: problem.hint });
}

/** What to do about a token that is not set; null where no app of the environment needs one. */
export function missingToken({ name, apps }: ResolvedEnvironment): Diagnostic | null {
  const [app] = apps.filter(({ platform }) => platform === 'fly');
  if (app === undefined) return null;
  return {
    severity: 'error',
    code: 'SECRET_MISSING',
    message: `The token ${app.token} of ${name} is not set, so that Fly cannot be asked.`,
    hint: `export ${app.token}=…, or look at the local cloud with --local`,
  };
}
