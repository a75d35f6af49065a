import { randomUUID } from 'node:crypto';
import type { JobInstance, JobResult } from '../model/run-state.ts';
import type { ActionsStore } from '../store/actions-store.ts';
import type { JobRecord, RunRecord } from '../store/records.ts';

/** The jobs of a run's newest attempt, oldest first. */
export function jobsOfAttempt(store: ActionsStore, run: RunRecord): readonly JobRecord[] {
  return store.all('jobs').filter((job) => job.runId === run.id && job.attempt === run.attempt);
}

/** Writes down a job that shall run; null when it is there already. */
export function recordJob(
  store: ActionsStore,
  on: { readonly run: RunRecord; readonly instance: JobInstance; readonly at: number },
): JobRecord | null {
  const { run, instance, at } = on;
  if (jobsOfAttempt(store, run).some((job) => job.instanceId === instance.id)) return null;
  return store.save('jobs', {
    ...blank(store, run, at),
    kind: instance.kind,
    instanceId: instance.id,
    name: instance.checkName,
    labels: instance.runsOn,
    environment: instance.environment?.name ?? null,
    permissions: instance.permissions,
  });
}

/** Writes down a job that ended without ever having been one: skipped, or not to be evaluated. */
export function recordEndedJob(
  store: ActionsStore,
  on: {
    readonly run: RunRecord;
    readonly checkName: string;
    readonly result: JobResult;
    readonly why: string;
    readonly at: number;
  },
): JobRecord {
  const { run, checkName, result, why, at } = on;
  return store.save('jobs', {
    ...blank(store, run, at),
    name: checkName,
    status: 'completed',
    conclusion: result,
    why,
    startedAt: at,
    completedAt: at,
  });
}

/** A mark that no other process has, in the form of GitHub's runner. */
export function newTrackingId(): string {
  return `github_${randomUUID()}`;
}

function blank(store: ActionsStore, run: RunRecord, at: number): JobRecord {
  return {
    id: store.nextId(),
    repositoryId: run.repositoryId,
    runId: run.id,
    attempt: run.attempt,
    kind: 'steps',
    instanceId: '',
    name: '',
    status: 'queued',
    conclusion: null,
    door: null,
    why: '',
    labels: [],
    runner: null,
    steps: [],
    annotations: [],
    summary: '',
    createdAt: at,
    startedAt: null,
    completedAt: null,
    environment: null,
    admittedAt: null,
    arrivedAt: null,
    reviews: [],
    deploymentId: null,
    checkRunId: null,
    permissions: {},
    trackingId: null,
  };
}
