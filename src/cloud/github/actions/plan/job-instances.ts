import type { Json } from '../../../../util/json.ts';
import { ExpressionError, evaluate, evaluateText, isTruthy, textOf } from '../expressions/evaluate.ts';
import type { ExpressionKeyName } from '../expressions/expression-keys.ts';
import type { ConcurrencyRequest } from '../model/concurrency.ts';
import type { Scope } from '../model/run-context.ts';
import type { EnvironmentRequest, Frame, JobInstance, RunState } from '../model/run-state.ts';
import type { JsonObject, Source } from '../model/source.ts';
import type { ConcurrencySpec, Job, StepsJob } from '../model/workflow.ts';
import { unknownLabel } from '../read/read-runs-on.ts';
import { callInputs, calleeOf } from './call-frame.ts';
import { checkNameOf } from './check-name.ts';
import { withContexts } from './frame-facts.ts';
import { matrixCells } from './matrix.ts';
import { onlyRead, permissionsOf } from './token-permissions.ts';

/** A job that shall run, cell by cell. */
export interface ExpandedJob {
  readonly instances: readonly JobInstance[];
  readonly failFast: boolean;
  /** 0: no limit. */
  readonly maxParallel: number;
}

/** docs: workflow-syntax, `timeout-minutes`. */
const TIMEOUT_MINUTES = 360;
const MINUTE_MS = 60_000;

/**
 * The instances of a job whose `if` holds. `scope` has what its frame and its `needs` give. Throws an Error when
 * something in it cannot be evaluated: then the job fails.
 */
export function expandJob(state: RunState, frame: Frame, job: Job, scope: Scope): ExpandedJob {
  const { strategy } = job;
  const cells: readonly (JsonObject | null)[] =
    strategy?.matrix === undefined ? [null] : matrixCells(evaluate(strategy.matrix, 'strategy', scope));
  const failFast =
    strategy?.failFast === undefined || isTruthy(evaluate(strategy.failFast, 'strategy', scope));
  const maxParallel = numberOf(strategy?.maxParallel, 'strategy', scope) ?? 0;
  const instances = cells.map((matrix, index) => {
    const context = {
      'fail-fast': failFast,
      'job-index': index,
      'job-total': cells.length,
      'max-parallel': maxParallel === 0 ? cells.length : maxParallel,
    };
    const id = `${frame.id === '' ? '' : `${frame.id}/`}${job.id}${matrix === null ? '' : `(${index})`}`;
    const cell = withContexts(scope, { matrix, strategy: context });
    return instanceOf({ state, frame, job, scope: cell }, { id, matrix, strategy: context });
  });
  return { instances, failFast, maxParallel };
}

interface InstanceSources {
  readonly state: RunState;
  readonly frame: Frame;
  readonly job: Job;
  readonly scope: Scope;
}

function instanceOf(
  sources: InstanceSources,
  own: Pick<JobInstance, 'id' | 'matrix' | 'strategy'>,
): JobInstance {
  const { state, frame, job, scope } = sources;
  const concurrency = concurrencyOf(job.concurrency, 'job-strategy', scope);
  const asked = permissionsOf(
    job.permissions,
    permissionsOf(frame.workflow.permissions, frame.permissionLimit),
  );
  const base = {
    ...own,
    jobId: job.id,
    frame: frame.id,
    checkName: frame.checkPrefix + checkNameOf(job, own.matrix, scope),
    permissions: state.context.place.trust === 'fork' ? onlyRead(asked) : asked,
    ...(concurrency === undefined ? {} : { concurrency }),
  };
  return job.kind === 'call' ? callInstance(sources, base) : stepsInstance(job, base, scope);
}

type InstanceBase = Omit<
  JobInstance,
  'kind' | 'runsOn' | 'timeoutMs' | 'continueOnError' | 'environment' | 'callConcurrency'
>;

function callInstance({ state, job, scope }: InstanceSources, base: InstanceBase): JobInstance {
  if (job.kind !== 'call') throw new Error(`${job.id} calls nothing`);
  const inputs = callInputs(state, job, scope);
  const { github = {}, vars = {} } = scope.contexts;
  const own = concurrencyOf(calleeOf(state, job).concurrency, 'workflow-concurrency', {
    contexts: { github, vars, inputs },
  });
  return {
    ...base,
    kind: 'call',
    ...(own === undefined ? {} : { callConcurrency: own }),
    runsOn: [],
    timeoutMs: TIMEOUT_MINUTES * MINUTE_MS,
    continueOnError: false,
  };
}

function stepsInstance(job: StepsJob, base: InstanceBase, scope: Scope): JobInstance {
  const environment = environmentOf(job, scope);
  // Whole minutes: GitHub drops what is behind the point, and less than one is as if nothing were written.
  const minutes = Math.trunc(numberOf(job.timeoutMinutes, 'job-strategy', scope) ?? 0) || TIMEOUT_MINUTES;
  return {
    ...base,
    kind: 'steps',
    ...(environment === undefined ? {} : { environment }),
    runsOn: labelsOf(job, scope),
    timeoutMs: minutes * MINUTE_MS,
    continueOnError:
      job.continueOnError !== undefined && isTruthy(evaluate(job.continueOnError, 'job-strategy', scope)),
  };
}

/** A group, evaluated; none when it comes out empty. */
export function concurrencyOf(
  spec: ConcurrencySpec | undefined,
  key: 'workflow-concurrency' | 'job-strategy',
  scope: Scope,
): ConcurrencyRequest | undefined {
  if (spec === undefined) return undefined;
  const group = evaluateText(spec.group, key, scope);
  if (group === '') throw new ExpressionError("Unexpected value ''", spec.group, spec.group.value);
  const cancels = spec.cancelInProgress === undefined ? false : evaluate(spec.cancelInProgress, key, scope);
  if (cancels === true && spec.queue === 'max') {
    throw new ExpressionError(
      "'queue: max' cannot be combined with 'cancel-in-progress: true'.",
      spec,
      spec.group.value,
    );
  }
  return { group, cancelInProgress: cancels === true || cancels === 'true', queue: spec.queue };
}

function environmentOf(job: StepsJob, scope: Scope): EnvironmentRequest | undefined {
  if (job.environment === undefined) return undefined;
  const name = evaluateText(job.environment.name, 'job-strategy', scope).trim();
  if (name === '') return undefined;
  const { deployment } = job.environment;
  const records = deployment === undefined || isTruthy(evaluate(deployment, 'job-strategy', scope));
  return { name, deployment: records };
}

function labelsOf(job: StepsJob, scope: Scope): readonly string[] {
  const value = evaluate(job.runsOn, 'job-strategy', scope);
  const labels = (Array.isArray(value) ? value : [value]).map((label: Json) => textOf(label));
  for (const label of labels) {
    const why = label === '' ? "Unexpected value ''" : unknownLabel(label);
    if (why !== undefined) throw new ExpressionError(why, job.runsOn, label);
  }
  return labels;
}

function numberOf(source: Source | undefined, key: ExpressionKeyName, scope: Scope): number | undefined {
  if (source === undefined) return undefined;
  const value = evaluate(source, key, scope);
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && number > 0) return number;
  throw new ExpressionError(`Unexpected value '${textOf(value)}'`, source, textOf(source.value));
}
