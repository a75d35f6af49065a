import { advanceRun } from '../../src/cloud/github/actions/plan/advance-run.ts';
import { beginInstance, endInstance } from '../../src/cloud/github/actions/plan/settle.ts';
import { startRun } from '../../src/cloud/github/actions/plan/start-run.ts';
import { runPlaceOf } from '../../src/cloud/github/actions/match/run-place.ts';
import type { GithubEvent } from '../../src/cloud/github/actions/model/github-event.ts';
import type { RunContext } from '../../src/cloud/github/actions/model/run-context.ts';
import type {
  JobInstance,
  JobResult,
  RunConclusion,
  RunState,
} from '../../src/cloud/github/actions/model/run-state.ts';
import type { WorkflowReading } from '../../src/cloud/github/actions/model/verdicts.ts';
import type { Workflow } from '../../src/cloud/github/actions/model/workflow.ts';
import { readWorkflow } from '../../src/cloud/github/actions/read/read-workflow.ts';

/** How a job does: a result, or outputs of one that succeeds. */
export type Outcome = JobResult | Readonly<Record<string, string>>;

/** What became of a run: its conclusion, and each check with its result. */
export interface Played {
  readonly conclusion: RunConclusion | undefined;
  readonly checks: Readonly<Record<string, JobResult>>;
  /** Check names in the order in which they began. */
  readonly began: readonly string[];
  readonly why: Readonly<Record<string, string>>;
  readonly state: RunState;
}

/** More steps than any run of a test has. */
const STEPS_MAX = 1000;

/** Reads a workflow that must be right and carried out. */
export function workflowOf(text: string, path = '.github/workflows/x.yml'): Workflow {
  const reading = readWorkflow(path, text);
  if (reading.kind === 'invalid' || reading.unsupported.length > 0) {
    throw new Error(JSON.stringify(reading.kind === 'invalid' ? reading.mistakes : reading.unsupported));
  }
  return reading.workflow;
}

/** What a run of an event knows. */
export function contextOf(event: GithubEvent, rest: Partial<RunContext> = {}): RunContext {
  const place = runPlaceOf(event);
  if ('none' in place) throw new Error(place.none);
  return {
    event,
    place: place.place,
    runId: 12,
    runNumber: 3,
    runAttempt: 1,
    triggeringActor: event.actor.login,
    vars: {},
    inputs: {},
    defaultPermissions: 'read',
    serverUrl: 'http://127.0.0.1:1',
    apiUrl: 'http://127.0.0.1:1/api/v3',
    graphqlUrl: 'http://127.0.0.1:1/api/graphql',
    ...rest,
  };
}

/** Begins a run that must begin. `files` are the others in the repository, by the names of their files. */
export function begin(
  text: string,
  event: GithubEvent,
  files: Readonly<Record<string, string>> = {},
  rest: Partial<RunContext> = {},
): RunState {
  const start = startRun(workflowOf(text), contextOf(event, rest), reader(files));
  if (start.kind !== 'run') throw new Error(start.mistakes.map(({ message }) => message).join('\n'));
  return start.state;
}

/** Reads the files of a test by their paths. */
export function reader(
  files: Readonly<Record<string, string>>,
): (path: string) => WorkflowReading | undefined {
  return (path) => {
    const text = files[path.replace('.github/workflows/', '')];
    return text === undefined ? undefined : readWorkflow(path, text);
  };
}

/**
 * Plays a run to its end: what is ready begins at once, one ends after the other in the order they began. `outcomes`
 * are by instance id; others succeed.
 */
export function play(
  before: RunState,
  outcomes: Readonly<Record<string, Outcome>> = {},
  during: (state: RunState, ended: JobInstance) => RunState = (state) => state,
): Played {
  let state = before;
  const [checks, why]: [Record<string, JobResult>, Record<string, string>] = [{}, {}];
  const [began, running]: [string[], JobInstance[]] = [[], []];
  for (let step = 0; step < STEPS_MAX; step++) {
    const advance = advanceRun(state);
    state = advance.state;
    for (const one of advance.ended) {
      checks[one.checkName] = one.result;
      why[one.checkName] = one.why;
    }
    for (const instance of advance.ready) {
      state = beginInstance(state, instance.id);
      if (instance.kind !== 'steps') continue;
      began.push(instance.checkName);
      running.push(instance);
    }
    if (advance.conclusion !== undefined)
      return { conclusion: advance.conclusion, checks, began, why, state };
    if (advance.ready.length > 0) continue;
    const next = running.shift();
    if (next === undefined) throw new Error('the run stands still');
    const outcome = advance.cancel.includes(next.id) ? 'cancelled' : (outcomes[next.id] ?? 'success');
    const result = typeof outcome === 'string' ? outcome : 'success';
    const outputs = typeof outcome === 'string' ? {} : outcome;
    checks[next.checkName] = result;
    state = during(endInstance(state, next.id, { result, outputs, why: 'played' }), next);
  }
  throw new Error(`the run did not end in ${STEPS_MAX} steps`);
}
