import { rmSync } from 'node:fs';
import { endProcessesOfJob } from '../runner/end-processes-of-job.ts';
import type { JobRecord } from '../store/records.ts';
import type { ActionsContext } from './actions-context.ts';
import { atAddress } from './at-address.ts';
import type { Engine } from './engine.ts';
import { holderKey } from './groups.ts';
import { jobsOfAttempt } from './job-records.ts';
import { mirrorJob } from './mirror-checks.ts';
import { tellOfRun } from './tell-of-run.ts';

const LOST = 'The local cloud was killed while the job ran: its runner is gone.';

/**
 * Takes up what a killed cloud left. Jobs that ran are over: what is left of them is ended, and they have failed, as
 * GitHub has it for a runner that is lost. Whatever only waited goes on waiting, or begins. Runs that are stored follow
 * the cloud to the port that it has now.
 */
export function recover(context: ActionsContext, engine: Engine): void {
  const { store, github, jobsDir } = context;
  const lost = store
    .all('jobs')
    .filter(({ status, trackingId }) => status === 'in_progress' && trackingId !== null);
  for (const { trackingId } of lost) endProcessesOfJob(trackingId ?? '');
  rmSync(jobsDir, { recursive: true, force: true });
  for (const run of store.all('runs')) {
    if (github.state.find('repositories', run.repositoryId) === null || run.status === 'completed') continue;
    for (const job of jobsOfAttempt(store, run)) mirrorJob(context, job.id);
  }
  for (const { id, state } of store.all('runs')) {
    const now = state === null ? null : atAddress(state, github.baseUrl);
    if (now !== state) store.change('runs', id, { state: now });
  }
  for (const { id } of lost) engine.lose(id, LOST);
  for (const { id, status } of store.all('runs')) if (status !== 'completed') resume(context, engine, id);
  engine.wake();
  for (const run of store.all('runs')) {
    if (run.status !== 'completed' || run.isTold) continue;
    tellOfRun(context, run, 'completed');
    store.change('runs', run.id, { isTold: true });
  }
}

function resume({ store }: ActionsContext, engine: Engine, runId: number): void {
  const run = store.get('runs', runId);
  if (!run.hasBegun) {
    const standing = engine.groups.standing(run.repositoryId, holderKey('run', runId));
    if (standing === 'none') engine.enterRun(runId);
    else if (standing === 'running') engine.beginRun(runId);
    return;
  }
  engine.advance(runId);
  for (const { id } of jobsOfAttempt(store, store.get('runs', runId)))
    resumeJob(store.get('jobs', id), engine);
}

function resumeJob({ id, repositoryId, status, door }: JobRecord, engine: Engine): void {
  if (status === 'completed' || status === 'in_progress') return;
  if (door === null) return engine.enterJob(id);
  if (door === 'environment') return engine.arrive(id);
  if (door === 'runner') return;
  const key = holderKey(door === 'concurrency' ? 'job' : 'call', id);
  const standing = engine.groups.standing(repositoryId, key);
  if (standing === 'none') engine.enterJob(id);
  else if (standing === 'running' && door === 'concurrency') engine.passGroup(id);
}
