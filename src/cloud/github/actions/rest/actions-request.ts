import type { Context } from 'hono';
import { admit } from '../../access/admit.ts';
import type { Admitted } from '../../access/admit.ts';
import { notFound } from '../../github-error.ts';
import { pathNumber } from '../../rest/read-request.ts';
import type { ActionsContext } from '../scheduler/actions-context.ts';
import type { JobRecord, RunRecord } from '../store/records.ts';

/** Reading and changing what is of Actions. */
export const READ = { permission: 'actions', level: 'read' } as const;
/** See {@link READ}. */
export const WRITE = { permission: 'actions', level: 'write' } as const;

/** A request about a run that is there. */
export interface RunRequest extends Admitted {
  readonly run: RunRecord;
}

/** The run in the path, of somebody who may. Throws the API's 401, 403 or 404. */
export function runOf(c: Context, context: ActionsContext, need: typeof READ | typeof WRITE): RunRequest {
  const admitted = admit(c, context.github, need);
  const run = context.store.find('runs', pathNumber(c, 'run'));
  if (run === null || run.repositoryId !== admitted.repository.id) throw notFound();
  return { ...admitted, run };
}

/** The job in the path. Throws as {@link runOf}. */
export function jobOf(
  c: Context,
  context: ActionsContext,
  need: typeof READ | typeof WRITE,
): Admitted & { readonly job: JobRecord } {
  const admitted = admit(c, context.github, need);
  const job = context.store.find('jobs', pathNumber(c, 'job'));
  if (job === null || job.repositoryId !== admitted.repository.id || job.kind === 'call') throw notFound();
  return { ...admitted, job };
}
