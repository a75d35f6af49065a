import type { CheckDefinition } from '../definition/check-definition.ts';
import type { ProjectDefinition } from '../definition/project-definition.ts';
import type { ResolvedCheck } from '../resolved.ts';
import { parseDuration } from './parse-duration.ts';

/** A check may take this long before it is given up, unless it says otherwise: what hangs is seen the same morning. */
const CHECK_TIMEOUT_MS = 30 * 60_000;

/** Begins with what installs dependencies: files that every check after it works with. */
const INSTALLS =
  /^\s*(npm (ci|i|install)|pnpm (i|install)|yarn( install|$)|bun install|mix deps\.get|bundle install|composer install|poetry install|uv sync|pip install)\b/;

/** The checks of the project: those it names, else those that the stacks of its apps bring. */
export function resolveChecks(project: ProjectDefinition): ResolvedCheck[] {
  const checks = project.ci?.checks ?? checksOfStacks(project);
  return Object.entries(checks).map(([name, check]) => ({
    name,
    command: check.command,
    needs: check.needs ?? [],
    services: (check.services ?? []).map(({ service, version }) =>
      version === undefined ? service : `${service}:${version}`,
    ),
    fast: check.fast ?? true,
    outputs: check.outputs ?? [],
    prepares: check.prepares ?? ((check.outputs ?? []).length > 0 || INSTALLS.test(check.command)),
    timeoutMs: (check.timeout === undefined ? null : parseDuration(check.timeout)) ?? CHECK_TIMEOUT_MS,
    env: check.env ?? [],
  }));
}

/** Apps with the same checks share them; a check that means something else in another app gets that app's name. */
function checksOfStacks(project: ProjectDefinition): Record<string, CheckDefinition> {
  const all: Record<string, CheckDefinition> = {};
  for (const [app, { stack }] of Object.entries(project.apps)) {
    const checks = Object.entries(stack?.checks ?? {});
    const isTaken = checks.some(([name, check]) => name in all && !isSame(all[name], check));
    const rename = (name: string): string => (isTaken ? `${name}-${app}` : name);
    for (const [name, check] of checks) {
      all[rename(name)] = isTaken ? { ...check, needs: (check.needs ?? []).map(rename) } : check;
    }
  }
  return all;
}

function isSame(one: CheckDefinition | undefined, other: CheckDefinition): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
