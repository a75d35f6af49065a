import type { ResolvedEnvironment } from '../../config/resolved.ts';
import type { StepContext } from '../../engine/graph.ts';
import type { Json } from '../../util/json.ts';
import type { DeploymentInput } from '../deployment-input.ts';
import type { PipelineDeps } from '../pipeline-deps.ts';
import type { StepScope } from '../step-scope.ts';

/** What is done outside of a run. */
export interface LooseWork {
  readonly project: string;
  readonly environment: ResolvedEnvironment;
  readonly commit: string;
  readonly ref: string;
  readonly by: string;
  /** Unique: what is made carries it. */
  readonly id: string;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

/** A scope like that of a step, whose journal lives as long as the process. */
export interface LooseScope extends StepScope {
  /** Lets later work know what came of something, as the results of steps do. */
  setOutput(step: string, output: Json): void;
}

/** What steps work with, for a command that is no run: nothing of it is gone on with after a crash. */
export function looseScope(deps: PipelineDeps, work: LooseWork): LooseScope {
  const { project, environment, commit, ref, by, id, signal, log } = work;
  const outputs: Record<string, Json> = {};
  const journal = new Map<string, Json>();
  const input: DeploymentInput = {
    version: 1,
    project,
    action: 'deploy',
    trigger: { kind: 'deploy', environment: environment.name },
    environment,
    checks: [],
    pullRequest: null,
    commit,
    ref,
    release: null,
    by,
  };
  const context: StepContext = {
    runId: id,
    stepId: 'probe',
    attempt: 1,
    idempotencyKey: `${id}/probe`,
    action: { kind: 'probe' },
    input: input as unknown as Json,
    outputs,
    signal,
    async once(key, fn) {
      const value = journal.has(key) ? journal.get(key) : await fn();
      journal.set(key, value as Json);
      return value as Awaited<ReturnType<typeof fn>>;
    },
    recorded: (key) => journal.get(key),
    log,
  };
  return { context, input, deps, setOutput: (step, output) => void (outputs[step] = output) };
}
