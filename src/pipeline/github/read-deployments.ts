import type { ResolvedEnvironment } from '../../config/resolved.ts';
import type {
  CodeHostReader,
  HostDeployment,
  HostDeploymentStatus,
  HostPermission,
  HostWorkflowRun,
} from '../../providers/code-host.ts';
import { decodePayload, DEPLOYMENT_TASK, type DeploymentPayload } from './deployment-payload.ts';
import { distrust, isPerson } from './trusted-deployment.ts';
import type { FoundDeployment } from './unfinished.ts';

/** Deployments of one environment that are read: each costs two requests, of the 1,000 that a job has an hour. */
const NEWEST = 15;
/** Of review apps all pull requests share one environment on GitHub. */
const NEWEST_OF_REVIEWS = 60;
/** Requests under way at once: GitHub asks for few (docs.github.com, "Best practices for using the REST API"). */
const WIDTH = 5;

/** What reading deployments needs. */
export interface ReadDeploymentsDeps {
  readonly host: Pick<CodeHostReader, 'deployments' | 'deploymentStatuses' | 'workflowRun' | 'permissionOf'>;
  /** Whether a commit is on the main branch. */
  isOnMain(sha: string): Promise<boolean>;
  /** Told of an earlier record of a run that was written anew: its process died before it could take it away. */
  readonly onDouble?: (id: number) => void;
  /** Said of a deployment that is passed over, and why. */
  readonly log: (line: string) => void;
}

/** Which deployments are read. */
export interface ReadDeploymentsOptions {
  readonly environment: Pick<ResolvedEnvironment, 'name' | 'kind' | 'on'>;
  /** The environment's name on GitHub: of all review apps the one name in the config. */
  readonly hostEnvironment: string;
  readonly pullRequest: number | null;
}

/**
 * Our deployments of one environment that may be believed, newest first: one a run, for a run that knows more writes its
 * deployment anew. Throws what the code host throws.
 */
export async function readDeployments(
  deps: ReadDeploymentsDeps,
  options: ReadDeploymentsOptions,
): Promise<readonly FoundDeployment[]> {
  const { environment, hostEnvironment, pullRequest } = options;
  const listed = await deps.host.deployments({
    environment: hostEnvironment,
    task: DEPLOYMENT_TASK,
    limit: pullRequest === null ? NEWEST : NEWEST_OF_REVIEWS,
  });
  const runs = cached((id: number) => deps.host.workflowRun(id));
  const permissions = cached((login: string) => deps.host.permissionOf(login));
  const ours = listed.flatMap((deployment) => {
    const payload = decodePayload(deployment.payload, environment.name);
    if (payload === null) deps.log(`deployment ${deployment.id} was not written by this version`);
    return payload === null || payload.pullRequest !== pullRequest ? [] : [{ deployment, payload }];
  });
  // Asked first: one that is not believed must not stand in the place of one that is.
  const believed = await inParallel(ours, async (one) => {
    const why = await distrusted(deps, options, one, { runs, permissions });
    if (why === null) return one;
    deps.log(`deployment ${one.deployment.id} of ${environment.name} does not count: ${why}`);
    return null;
  });
  const { newest, doubles } = newestOfRun(believed.filter((one) => one !== null));
  for (const { deployment } of doubles) deps.onDouble?.(deployment.id);
  return inParallel(newest, async (one) =>
    toFound(one, await deps.host.deploymentStatuses(one.deployment.id)),
  );
}

interface Read {
  readonly deployment: HostDeployment;
  readonly payload: DeploymentPayload;
}

/** Asked once for each run and person. */
interface Asked {
  readonly runs: (id: number) => Promise<HostWorkflowRun | null>;
  readonly permissions: (login: string) => Promise<HostPermission>;
}

async function distrusted(
  deps: ReadDeploymentsDeps,
  { environment }: ReadDeploymentsOptions,
  { deployment, payload }: Read,
  { runs, permissions }: Asked,
): Promise<string | null> {
  const isByPerson = isPerson(deployment.creator);
  const workflowRun = isByPerson || payload.actions === null ? null : await runs(payload.actions.run);
  return distrust(deployment, payload, {
    environment,
    workflowRun,
    isOnMain: workflowRun !== null && (await deps.isOnMain(workflowRun.headSha)),
    permission: isByPerson ? await permissions(deployment.creator) : null,
  });
}

/** One that was written anew stands for the earlier ones of its run, which may still be there. */
function newestOfRun(all: readonly Read[]): { newest: readonly Read[]; doubles: readonly Read[] } {
  const groups = Map.groupBy(all, ({ payload }) => payload.run);
  const newest = [...groups.values()].flatMap((group) => group.slice(0, 1));
  const doubles = [...groups.values()].flatMap((group) =>
    // Of another process of the run: that one ended, and is ended on its own.
    group.slice(1).filter((one) => isSameProcess(one, group[0])),
  );
  return { newest, doubles };
}

function isSameProcess({ payload }: Read, newest: Read | undefined): boolean {
  return JSON.stringify(payload.actions) === JSON.stringify(newest?.payload.actions ?? null);
}

/** GitHub puts an older success aside by itself: it has succeeded all the same, and the state tells of what is now. */
function toFound({ deployment, payload }: Read, statuses: readonly HostDeploymentStatus[]): FoundDeployment {
  const success = statuses.find(({ state }) => state === 'success');
  const newest = success ?? statuses[0];
  return {
    id: deployment.id,
    environment: deployment.environment,
    creator: deployment.creator,
    payload,
    state: newest?.state ?? 'queued',
    description: newest?.description ?? '',
    logUrl: newest?.logUrl ?? null,
    at: newest?.createdAt ?? deployment.createdAt,
  };
}

function cached<K, T>(ask: (key: K) => Promise<T>): (key: K) => Promise<T> {
  const answers = new Map<K, Promise<T>>();
  return (key) => {
    const known = answers.get(key) ?? ask(key);
    answers.set(key, known);
    return known;
  };
}

async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index];
      if (item !== undefined) results[index] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(WIDTH, items.length) }, worker));
  return results;
}
