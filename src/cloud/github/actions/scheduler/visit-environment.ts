import type { EnvironmentVerdict } from '../model/environment.ts';
import { environmentVerdict } from '../rules/environment.ts';
import type { JobRecord, RunRecord } from '../store/records.ts';
import type { ActionsContext } from './actions-context.ts';
import { ensureEnvironment } from '../../environments.ts';
import { isProtected, rulesOfEnvironment } from './environment-of.ts';

/** Whether a job may enter its environment now. */
export function visitEnvironment(
  { github }: ActionsContext,
  on: { readonly run: RunRecord; readonly job: JobRecord; readonly name: string },
): EnvironmentVerdict {
  const { run, job, name } = on;
  const repository = github.state.find('repositories', run.repositoryId);
  if (repository === null) return { kind: 'refuse', why: 'The repository is no longer there.' };
  const rules = rulesOfEnvironment(github, ensureEnvironment(github, repository, name));
  const now = github.clock.now();
  return environmentVerdict(
    rules,
    {
      environment: name,
      ref: run.ref,
      refIsProtected: isProtected(github, repository, run.ref),
      startedBy: run.triggeringActor,
      sinceMs: job.arrivedAt ?? now,
      reviews: job.reviews,
    },
    now,
  );
}
