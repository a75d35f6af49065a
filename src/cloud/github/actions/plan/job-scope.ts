import type { Json } from '../../../../util/json.ts';
import { evaluateText } from '../expressions/evaluate.ts';
import type { Scope } from '../model/run-context.ts';
import type { JobInstance, RunState } from '../model/run-state.ts';
import type { SourceMap } from '../model/source.ts';
import type { Job, RunDefaults, StepsJob } from '../model/workflow.ts';
import type { ExpressionKeyName } from '../expressions/expression-keys.ts';
import { frameOf, frameScope, jobOf, needsOf, withContexts } from './frame-facts.ts';

/** The job of an instance, as written. */
export function stepsJobOf(state: RunState, instance: JobInstance): StepsJob {
  const job = jobOfInstance(state, instance);
  if (job.kind !== 'steps') throw new Error(`${instance.id} is a call`);
  return job;
}

/** What the keys of a job see: github, inputs, vars, needs, strategy, matrix. */
export function instanceScope(state: RunState, instance: JobInstance): Scope {
  const frame = frameOf(state, instance.frame);
  const needs = needsOf(frame, jobOfInstance(state, instance));
  return withContexts(frameScope(state, frame), {
    needs,
    matrix: instance.matrix,
    strategy: instance.strategy,
  });
}

/**
 * What the steps of a job begin with: {@link instanceScope} with its secrets, the variables of its environment over
 * those of the repository, and `env` of the workflow and the job. The runner adds steps, job, runner, and to github
 * its token and places.
 */
export function jobScope(
  state: RunState,
  instance: JobInstance,
  own: {
    readonly secrets: Readonly<Record<string, string>>;
    readonly environmentVars?: Readonly<Record<string, string>>;
  },
): Scope {
  const scope = instanceScope(state, instance);
  const github = scope.contexts.github as Readonly<Record<string, Json>>;
  const full = withContexts(scope, {
    github: { ...github, job: instance.jobId },
    vars: { ...state.context.vars, ...own.environmentVars },
    secrets: own.secrets,
  });
  return withContexts(full, { env: jobEnv(state, instance, full) });
}

/** `defaults.run`: that of the job goes over that of the workflow, key by key. */
export function runDefaultsOf(state: RunState, instance: JobInstance): RunDefaults {
  const { workflow } = frameOf(state, instance.frame);
  return { ...workflow.defaults, ...stepsJobOf(state, instance).defaults };
}

/** `env` of the workflow, and that of the job over it. Neither sees variables of its own mapping. */
function jobEnv(state: RunState, instance: JobInstance, scope: Scope): Readonly<Record<string, string>> {
  const { workflow } = frameOf(state, instance.frame);
  return {
    ...textsOf(workflow.env, 'workflow-env', scope),
    ...textsOf(stepsJobOf(state, instance).env, 'job-env', scope),
  };
}

/** A mapping such as `env` or `with`, evaluated to texts. */
export function textsOf(map: SourceMap, key: ExpressionKeyName, scope: Scope): Record<string, string> {
  return Object.fromEntries(
    Object.entries(map).map(([name, source]) => [name, evaluateText(source, key, scope)]),
  );
}

function jobOfInstance(state: RunState, instance: JobInstance): Job {
  const job = jobOf(frameOf(state, instance.frame), instance.jobId);
  if (job === undefined) throw new Error(`the run has no job ${instance.jobId}`);
  return job;
}
