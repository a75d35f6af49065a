import type { Json } from '../../../../util/json.ts';
import type {
  ConcurrencyDecision,
  ConcurrencyHolder,
  ConcurrencyRequest,
  ConcurrencyState,
} from './concurrency.ts';
import type { EnvironmentRules, EnvironmentVerdict, EnvironmentVisit } from './environment.ts';
import type { GithubEvent, RunPlace } from './github-event.ts';
import type { RunContext, Scope } from './run-context.ts';
import type { JobInstance, JobResult, RunState } from './run-state.ts';
import type { Source } from './source.ts';
import type { Step, StepsJob, Workflow } from './workflow.ts';
import type { InputDeclaration } from './trigger.ts';
import type { Advance, MatchVerdict, RunStart, WorkflowReading } from './verdicts.ts';

/** What the core offers, in one look; each is a function of its own in the file named beside it. */
export interface ActionsCore {
  /** read/read-workflow.ts */
  readWorkflow(path: string, text: string): WorkflowReading;
  /** match/run-place.ts: where its runs take place; or why it starts none, whatever the workflow says. */
  runPlaceOf(event: GithubEvent): { place: RunPlace } | { none: string };
  /** match/matches.ts */
  matches(workflow: Workflow, event: GithubEvent): MatchVerdict;
  /** match/check-inputs.ts: of workflow_dispatch: defaults filled in and typed, or what is wrong. */
  checkInputs(
    declared: readonly InputDeclaration[],
    given: Readonly<Record<string, Json>>,
  ): { inputs: Readonly<Record<string, Json>> } | { mistakes: readonly string[] };

  /** plan/start-run.ts: reads what it calls, checks permissions, evaluates the group of the workflow. */
  startRun(
    workflow: Workflow,
    context: RunContext,
    read: (path: string) => WorkflowReading | undefined,
  ): RunStart;
  /** plan/advance-run.ts: decides every job whose needs have ended, until nothing more changes. */
  advanceRun(state: RunState): Advance;
  /** plan/settle.ts: an instance began (a call: its jobs are there from now on), or ended. */
  beginInstance(state: RunState, id: string): RunState;
  endInstance(
    state: RunState,
    id: string,
    end: { result: JobResult; outputs: Record<string, string>; why: string },
  ): RunState;
  /** plan/settle.ts: jobs not begun are skipped over as cancelled, unless their `if` says always() or cancelled(). */
  cancelRun(state: RunState): RunState;
  /** plan/rerun.ts: attempt + 1; `failed` keeps what succeeded, with its outputs. */
  rerun(
    state: RunState,
    options: { which: 'all' | 'failed'; by: string; jobs?: readonly string[] },
  ): RunState;

  /** plan/job-scope.ts: what the runner needs of an instance. */
  stepsJobOf(state: RunState, instance: JobInstance): StepsJob;
  jobScope(state: RunState, instance: JobInstance, secrets: Readonly<Record<string, string>>): Scope;
  /** plan/secrets.ts: what `secrets` holds in an instance; GITHUB_TOKEN is added by the runner. */
  secretsOf(
    state: RunState,
    instance: JobInstance,
    own: { repository: Readonly<Record<string, string>>; environment: Readonly<Record<string, string>> },
  ): Readonly<Record<string, string>>;
  /** plan/job-outputs.ts: the outputs without those that hold a secret or a masked value. */
  keepOutputs(
    outputs: Readonly<Record<string, string>>,
    masks: readonly string[],
  ): { outputs: Record<string, string>; dropped: readonly string[] };

  /** expressions/evaluate.ts; throws an ExpressionError with the place. `key` names which contexts are allowed. */
  evaluate(source: Source, key: string, scope: Scope): Json;
  /** expressions/condition.ts: whether a step or a job runs. */
  condition(source: Source<string> | undefined, key: 'job-if' | 'step-if', scope: Scope): boolean;
  /** rules/step-result.ts */
  stepEnd(
    step: Step,
    outcome: JobResult,
    continueOnError: boolean,
  ): { outcome: JobResult; conclusion: JobResult };

  /** rules/concurrency.ts */
  requestGroup(
    state: ConcurrencyState,
    holder: ConcurrencyHolder,
    request: ConcurrencyRequest,
  ): ConcurrencyDecision;
  releaseGroup(state: ConcurrencyState, key: string): ConcurrencyDecision;
  /** rules/environment.ts */
  environmentVerdict(
    rules: EnvironmentRules | undefined,
    visit: EnvironmentVisit,
    nowMs: number,
  ): EnvironmentVerdict;
}
