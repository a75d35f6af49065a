import type { ResolvedEnvironment, ResolvedProject } from '../../config/resolved.ts';
import type { YamlMap } from '../yaml/yaml-data.ts';
import type { Grant } from './job.ts';

/**
 * The environment that gives a job its secrets and rules. GitHub makes no record of a deployment by itself: Glidepath
 * writes the one record there is, with the release in it, and a second one would put the first aside.
 */
export function environmentKey(name: string): YamlMap {
  return { name, deployment: false };
}

/** What a deployment does on GitHub besides deploying. */
export function deployGrants(project: ResolvedProject, environment: ResolvedEnvironment): Grant[] {
  const asks = environment.gates.some((gate) => gate.kind === 'approval' && gate.by === 'comment');
  return [
    { scope: 'actions', access: 'read', why: 'tells whether this run is outdated' },
    ...(project.checks.length > 0
      ? ([{ scope: 'checks', access: 'read', why: 'reads the results of the checks' }] as const)
      : []),
    { scope: 'deployments', access: 'write', why: 'records what is live' },
    ...(asks
      ? ([{ scope: 'issues', access: 'write', why: 'notes that the approval was used' }] as const)
      : []),
    { scope: 'pull-requests', access: 'write', why: 'comments on the pull request' },
    { scope: 'statuses', access: 'write', why: 'sets the commit status' },
  ];
}

/**
 * The group of an environment, shared by everything that changes it: one at a time, and none is ever stopped in the
 * middle. Where people use it everything has its turn. Elsewhere a newer deployment takes the place of one that waits.
 */
export function groupOf(project: ResolvedProject, environment: ResolvedEnvironment): YamlMap {
  return {
    group: environmentGroup(environment.name),
    queue: isLast(project, environment) ? 'max' : undefined,
    'cancel-in-progress': false,
  };
}

/** The name of that group. */
export function environmentGroup(environment: string): string {
  return `deploy-${environment}`;
}

/** Whether no environment waits for this one: what is deployed there is what people use. */
function isLast(project: ResolvedProject, environment: ResolvedEnvironment): boolean {
  return !project.environments.some(({ gates }) =>
    gates.some((gate) => gate.kind === 'passed' && gate.environment === environment.name),
  );
}

/** Whether a deployment runs something of Elixir where Glidepath runs; images are built by their Dockerfile. */
export function runsElixir({ apps, databases, smoke }: ResolvedEnvironment): boolean {
  const migrations = [...apps, ...databases].flatMap(({ migrate }) =>
    migrate?.runs === 'runner' ? [migrate.command] : [],
  );
  const seeds = databases.flatMap(({ seed }) => (seed === null ? [] : [seed.command]));
  return [...migrations, ...seeds, smoke?.command ?? ''].some((command) => /(^|[\s;&|(])mix\s/.test(command));
}
