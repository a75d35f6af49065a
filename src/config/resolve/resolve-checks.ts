import type { CheckDefinition } from '../definition/check-definition.ts';
import type { ProjectDefinition } from '../definition/project-definition.ts';
import type { ResolvedCheck } from '../resolved.ts';
import { checksOfStacks } from './checks-of-stacks.ts';
import { installationOf } from './installation.ts';
import { parseDuration } from './parse-duration.ts';

/** A check may take this long before it is given up, unless it says otherwise: what hangs is seen the same morning. */
const CHECK_TIMEOUT_MS = 30 * 60_000;

/** Reads `ci.security`, in which exceptions end without a file being changed. */
const READS_EXCEPTIONS = /(^|[\s;&|(])glidepath security\s/;

/** The checks of the project: those it names, else those that the stacks of its apps bring. */
export function resolveChecks(project: ProjectDefinition): ResolvedCheck[] {
  const checks = project.ci?.checks ?? checksOfStacks(project);
  const hasExceptions = (project.ci?.security?.exceptions ?? []).length > 0;
  return Object.entries(checks).map(([name, check]) => {
    const resolved = resolveCheck(name, check);
    const ends = hasExceptions && READS_EXCEPTIONS.test(check.command);
    return ends ? { ...resolved, isCached: false } : resolved;
  });
}

function resolveCheck(name: string, check: CheckDefinition): ResolvedCheck {
  const directory = check.directory ?? '';
  const paths = (globs: readonly string[] = []): string[] => globs.map((glob) => fromRoot(directory, glob));
  const installation = installationOf(check.command);
  const leaves = paths(check.leaves ?? installation?.leaves);
  const outputs = paths(check.outputs);
  const prepares = check.prepares ?? (outputs.length > 0 || leaves.length > 0 || installation !== null);
  return {
    name,
    command: check.command,
    needs: check.needs ?? [],
    directory,
    inputs: paths(check.inputs ?? [installation?.inputs ?? '**']),
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
    network: check.network ?? installation !== null,
    env: check.env ?? [],
    reports: {
      junit: paths(check.reports?.junit),
      coverage: paths(check.reports?.coverage),
      sarif: paths(check.reports?.sarif),
      sbom: paths(check.reports?.sbom),
    },
  };
}

/** A glob below a directory, from the root, without a slash at its end; `/x` is from the root already. */
function fromRoot(directory: string, glob: string): string {
  if (glob.startsWith('!')) return `!${fromRoot(directory, glob.slice(1))}`;
  const plain = glob.length > 1 && glob.endsWith('/') ? glob.slice(0, -1) : glob;
  if (plain.startsWith('/')) return plain.slice(1);
  if (directory === '') return plain;
  return plain === '.' ? directory : `${directory}/${plain}`;
}
