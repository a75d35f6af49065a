import type { Engine, RunRecord } from '../../engine/engine.ts';
import type { RunEvent } from '../../engine/events.ts';
import { HEARTBEAT_MS, isTerminal } from '../../pipeline/github/unfinished.ts';
import type { DeploymentPlan } from '../../plan/plan.ts';
import type { HostDeploymentState } from '../../providers/code-host.ts';
import type { Clock } from '../../util/clock.ts';
import { initialModel, reduceEvent, type RunModel } from '../views/run/run-model.ts';
import { stateOf, statusWords } from './run-facts.ts';

/** What is done with what a run says, one after the other. */
export interface ReportTarget {
  /** How it stands now; `isLast` once it has ended. Never throws. */
  say(model: RunModel, isLast: boolean): Promise<void>;
  /** Apps and data are about to be changed: all that is known by now is written down. Never throws. */
  beforeChange(): Promise<void>;
}

/** At most one status in so long: GitHub asks for at most 500 writes an hour of a kind that people are told of. */
const STATUS_EVERY_MS = 10_000;
/** How often it is looked whether there is something to say. */
const LOOK_MS = 250;

/** Steps whose work outlives them. */
const LASTING: ReadonlySet<string> = new Set([
  'migrate',
  'seed',
  'deploy',
  'scale',
  'restore-database',
  'destroy-app',
  'destroy-database',
]);

/** A reader of a run's events that tells GitHub. */
export interface RunReport {
  /** Says how the run ended, once everything that it said was read. */
  end(): Promise<RunModel>;
}

/** What reporting needs. */
export interface RunReportOptions {
  readonly engine: Pick<Engine, 'follow' | 'events' | 'get'>;
  readonly run: RunRecord;
  readonly action: DeploymentPlan['action'];
  readonly clock: Clock;
  readonly target: ReportTarget;
  /** Aborts when the process is asked to end: GitHub Actions kills it ten seconds after. */
  readonly interrupt: AbortSignal;
}

/**
 * Follows a run and tells of it: at most a status in ten seconds, and one every two minutes even when nothing changed, so
 * that others see that its process lives. Reads events and nothing else, and can neither hold the run up nor fail it.
 */
export function reportRun(options: RunReportOptions): RunReport {
  const { engine, run, target, interrupt } = options;
  const state = { model: initialModel(run), isChanging: false };
  const stop = new AbortController();
  const read = (async () => {
    for await (const event of engine.follow(run.id, { signal: stop.signal })) take(state, run, event);
  })().catch(() => undefined);
  const told = tellAll(state, options, stop.signal);
  // Nobody knows whether there is time for more: how it stands is said at once, before what runs has settled.
  const onInterrupt = (): void => {
    void target.say({ ...state.model, status: 'interrupted' }, false);
  };
  interrupt.addEventListener('abort', onInterrupt, { once: true });
  return {
    async end() {
      interrupt.removeEventListener('abort', onInterrupt);
      stop.abort();
      await Promise.all([read, told]);
      const ended = (await engine.get(run.id)) ?? run;
      const model = (await engine.events(run.id)).reduce(reduceEvent, initialModel(ended));
      // The journal is the truth, whatever was followed.
      state.model = { ...model, status: ended.status };
      await target.say(state.model, true);
      return state.model;
    },
  };
}

interface Followed {
  model: RunModel;
  isChanging: boolean;
}

function take(state: Followed, run: RunRecord, event: RunEvent): void {
  state.model = reduceEvent(state.model, event);
  if (event.type !== 'step.started') return;
  const node = run.graph.nodes.find(({ id }) => id === event.step);
  if (node !== undefined && LASTING.has(node.action.kind)) state.isChanging = true;
}

async function tellAll(
  state: Followed,
  { clock, target, interrupt, action }: RunReportOptions,
  signal: AbortSignal,
): Promise<void> {
  let words = '';
  let said: HostDeploymentState | null = null;
  let saidAt = 0;
  let isWritten = false;
  while (!signal.aborted && !interrupt.aborted) {
    if (state.isChanging && !isWritten) {
      isWritten = true;
      await target.beforeChange();
    }
    const now = clock.now();
    const current = statusWords({ model: state.model, release: null, action });
    const standing = stateOf(state.model, action);
    const isDue = standing !== said || now - saidAt >= (current === words ? HEARTBEAT_MS : STATUS_EVERY_MS);
    if (isDue && !isTerminal(standing)) {
      words = current;
      said = standing;
      saidAt = now;
      await target.say(state.model, false);
    }
    await clock.sleep(LOOK_MS, signal).catch(() => undefined);
  }
}
