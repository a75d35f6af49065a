import { join } from 'node:path';
import { Tokens } from '../../access/tokens.ts';
import type { CacheScope } from '../cache-service/runtime-tokens.ts';
import { ExpressionError } from '../expressions/evaluate.ts';
import { oidcClaims } from '../oidc/oidc-claims.ts';
import type { IdTokenRequest } from '../oidc/oidc-service.ts';
import { frameOf } from '../plan/frame-facts.ts';
import { jobScope, stepsJobOf } from '../plan/job-scope.ts';
import { secretsOf } from '../plan/secrets.ts';
import type { JobInstance, RunState } from '../model/run-state.ts';
import type { ActionServices } from '../known-actions/action-services.ts';
import type { JobHost, JobListener, JobOrder, JobReport } from '../runner/job-order.ts';
import { runJob } from '../runner/run-job.ts';
import type { JobRecord, RunRecord, StepRecord } from '../store/records.ts';
import type { ActionsContext } from './actions-context.ts';
import { ensureEnvironment } from '../../environments.ts';
import { openSecrets, variablesOfScope } from './secrets-of.ts';
import { settingsOf } from './settings.ts';

/** The token of a job lives a little longer than the job may. */
const TOKEN_GRACE_MS = 10 * 60_000;

/** Asks a running job to end. */
export interface JobSignals {
  readonly cancel: AbortController;
  readonly kill: AbortController;
}

/** A job that was written down as begun. */
export interface BegunJob {
  readonly run: RunRecord;
  readonly state: RunState;
  readonly job: JobRecord;
  readonly instance: JobInstance;
}

/** Carries out a job whose doors are all open. Its token ends with it. What is thrown is a bug. */
export async function launchJob(
  context: ActionsContext,
  begun: BegunJob,
  signals: JobSignals,
): Promise<JobReport> {
  const { github } = context;
  const { run, state, job, instance } = begun;
  const repository = github.state.find('repositories', run.repositoryId);
  if (repository === null) return failed('The repository is no longer there.');
  const environment =
    instance.environment === undefined
      ? null
      : ensureEnvironment(github, repository, instance.environment.name);
  const tokens = new Tokens(github.state, github.clock);
  const token = tokens.mint({
    repositoryId: repository.id,
    permissions: instance.permissions,
    expiresAt: github.clock.now() + instance.timeoutMs + TOKEN_GRACE_MS,
  });
  const idToken =
    instance.permissions['id-token'] === 'write'
      ? context.oidc.open(
          oidcClaims(state, instance, { isPrivate: repository.isPrivate, checkRunId: job.checkRunId }),
        )
      : null;
  const runtimeToken = context.runtimeTokens.mint(cacheScopeOf(run, state));
  try {
    const opened = await openSecrets(github, repository, environment);
    const secrets = secretsOf(state, instance, {
      ...opened,
      repository: { ...opened.repository, GITHUB_TOKEN: token.token },
    });
    const environmentVars = environment === null ? {} : variablesOfScope(github, `env:${environment.id}`);
    const order: JobOrder = {
      job: stepsJobOf(state, instance),
      scope: jobScope(state, instance, { secrets, environmentVars }),
      workflow: frameOf(state, instance.frame).workflow,
      checkRunId: job.checkRunId,
      event: state.context.event.payload,
      token: token.token,
      timeoutMs: instance.timeoutMs,
      trackingId: job.trackingId ?? '',
    };
    return await runJob(order, hostOf(context, begun, { signals, runtimeToken, idToken }));
  } catch (error) {
    if (error instanceof ExpressionError) return failed(`The template is not valid. ${error.message}`);
    throw error;
  } finally {
    tokens.revoke(token.id);
    context.runtimeTokens.revoke(runtimeToken);
    if (idToken !== null) context.oidc.close(idToken);
  }
}

function hostOf(
  context: ActionsContext,
  { run, state, job }: BegunJob,
  on: {
    readonly signals: JobSignals;
    readonly runtimeToken: string;
    readonly idToken: IdTokenRequest | null;
  },
): JobHost {
  const { signals, runtimeToken, idToken } = on;
  return {
    dir: jobDir(context, job.id),
    clock: context.github.clock,
    path: context.path,
    variables: { ...context.variables, ...settingsOf(context.store).variables },
    runnerName: job.runner ?? 'local',
    own: context.own,
    actions: servicesOf(context, run, { scope: cacheScopeOf(run, state), runtimeToken }),
    idToken,
    services: context.services,
    listener: listenerOf(context, job),
    cancel: signals.cancel.signal,
    kill: signals.kill.signal,
  };
}

/** Where a job has its directories; it is removed at the job's end, or by the next cloud after a kill. */
export function jobDir({ jobsDir }: ActionsContext, jobId: number): string {
  return join(jobsDir, String(jobId));
}

function failed(why: string): JobReport {
  return { result: 'failure', outputs: {}, why, environmentUrl: null };
}

/** As on GitHub: a run writes for its own ref, and reads that, the base of its pull request and the default branch. */
function cacheScopeOf({ repositoryId, ref }: RunRecord, { context }: RunState): CacheScope {
  const { subject, repository } = context.event;
  const refs = [
    ref,
    ...(subject.kind === 'pull-request' ? [`refs/heads/${subject.baseRef}`] : []),
    `refs/heads/${repository.defaultBranch}`,
  ];
  return { repositoryId, ref, refs: [...new Set(refs)] };
}

function servicesOf(
  context: ActionsContext,
  run: RunRecord,
  { scope, runtimeToken }: { readonly scope: CacheScope; readonly runtimeToken: string },
): ActionServices {
  return {
    artifacts: context.artifacts,
    caches: context.caches,
    repositoryId: run.repositoryId,
    runId: run.id,
    attempt: run.attempt,
    headSha: run.headSha,
    headBranch: run.headBranch,
    cacheRef: scope.ref,
    cacheRefs: scope.refs,
    runtime: { resultsUrl: `${context.github.baseUrl}/`, token: runtimeToken },
    withoutTool: new Set(settingsOf(context.store).withoutTool),
    node: context.own.node,
  };
}

/** Writes down what the job does, then tells of it. */
function listenerOf({ store, logs, news }: ActionsContext, { id, runId }: JobRecord): JobListener {
  const change = (update: (job: JobRecord) => Partial<JobRecord>): void => {
    const job = store.find('jobs', id);
    if (job !== null) store.change('jobs', id, update(job));
  };
  return {
    step(step) {
      change(({ steps }) => ({ steps: withStep(steps, step) }));
      news.tell({ kind: 'step', runId, jobId: id, step });
    },
    line(step, text) {
      const at = logs.append(id, step, text);
      news.tell({ kind: 'log', runId, jobId: id, step, at, text });
    },
    annotation(_step, annotation) {
      change(({ annotations }) => ({ annotations: [...annotations, annotation] }));
    },
    summary(_step, text) {
      change(({ summary }) => ({ summary: summary + text }));
    },
  };
}

function withStep(steps: readonly StepRecord[], step: StepRecord): readonly StepRecord[] {
  const others = steps.filter(({ number }) => number !== step.number);
  return [...others, step].toSorted((a, b) => a.number - b.number);
}
