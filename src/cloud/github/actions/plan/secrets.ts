import type { JobInstance, RunState } from '../model/run-state.ts';
import { frameOf, jobOf, withContexts } from './frame-facts.ts';
import { instanceScope, textsOf } from './job-scope.ts';
import { findInstance } from './settle.ts';

type Secrets = Readonly<Record<string, string>>;

/** What is there to be given: the repository's and its owner's, with GITHUB_TOKEN, and those of the job's environment. */
export interface OwnSecrets {
  readonly repository: Secrets;
  readonly environment: Secrets;
}

/**
 * What `secrets` holds in an instance. A called workflow has what its caller names, or with `inherit` all of it; only
 * then do the secrets of an environment reach a job in it (actions/runner#1490). Pull requests of forks have none but
 * the token.
 */
export function secretsOf(state: RunState, instance: JobInstance, own: OwnSecrets): Secrets {
  const token = own.repository['GITHUB_TOKEN'];
  const only: Secrets = token === undefined ? {} : { GITHUB_TOKEN: token };
  if (state.context.place.trust === 'fork') return only;
  const { secrets, inheritsAll } = ofFrame(state, instance.frame, own.repository);
  return { ...secrets, ...(inheritsAll ? own.environment : {}), ...only };
}

function ofFrame(
  state: RunState,
  frameId: string,
  repository: Secrets,
): { secrets: Secrets; inheritsAll: boolean } {
  const { caller } = frameOf(state, frameId);
  if (caller === undefined) return { secrets: repository, inheritsAll: true };
  const above = ofFrame(state, caller.frame, repository);
  const instance = findInstance(state, caller.instance)?.instance;
  const job = instance === undefined ? undefined : jobOf(frameOf(state, caller.frame), instance.jobId);
  if (instance === undefined || job?.kind !== 'call') return { secrets: {}, inheritsAll: false };
  if (job.secrets === 'inherit') return above;
  const scope = withContexts(instanceScope(state, instance), { secrets: above.secrets });
  return { secrets: textsOf(job.secrets, 'call-secrets', scope), inheritsAll: false };
}
