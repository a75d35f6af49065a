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
  return Object.entries(checks).map(([name, check]) => resolveCheck(name, check));
}

function resolveCheck(name: string, check: CheckDefinition): ResolvedCheck {
  const directory = check.directory ?? '';
  const paths = (globs: readonly string[] = []): string[] => globs.map((glob) => fromRoot(directory, glob));
  const installs = INSTALLS.test(check.command);
  const leaves = paths(check.leaves ?? (installs ? leavesOf(check.command) : []));
  const outputs = paths(check.outputs);
  const prepares = check.prepares ?? (outputs.length > 0 || leaves.length > 0 || installs);
  return {
    name,
    command: check.command,
    needs: check.needs ?? [],
    directory,
    inputs: check.inputs === undefined ? [fromRoot(directory, '**')] : paths(check.inputs),
    outputs,
    leaves,
    services: (check.services ?? []).map(({ service, version }) =>
      version === undefined ? service : `${service}:${version}`,
    ),
    fast: check.fast ?? true,
    prepares,
    isCached: (check.cache ?? true) && (!prepares || outputs.length > 0 || leaves.length > 0),
    timeoutMs: (check.timeout === undefined ? null : parseDuration(check.timeout)) ?? CHECK_TIMEOUT_MS,
    retries: check.retries ?? 0,
    weight: check.weight ?? 1,
    where: check.where ?? 'host',
    network: check.network ?? installs,
    env: check.env ?? [],
    reports: {
      junit: paths(check.reports?.junit),
      coverage: paths(check.reports?.coverage),
      sarif: paths(check.reports?.sarif),
      sbom: paths(check.reports?.sbom),
    },
  };
}

/** What package managers fill, by the words that a command begins with. */
function leavesOf(command: string): string[] {
  if (/^\s*(npm|pnpm|yarn|bun)\b/.test(command)) return ['node_modules'];
  return /^\s*mix\b/.test(command) ? ['deps'] : [];
}

/** A glob below a directory, from the root; `/x` is from the root already. */
function fromRoot(directory: string, glob: string): string {
  if (glob.startsWith('!')) return `!${fromRoot(directory, glob.slice(1))}`;
  if (glob.startsWith('/')) return glob.slice(1);
  return directory === '' ? glob : `${directory}/${glob}`;
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
