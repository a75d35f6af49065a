import { delimiter } from 'node:path';
import type { Json } from '../../../../util/json.ts';
import type { ActionCall } from '../known-actions/known-action.ts';
import type { Scope } from '../model/run-context.ts';
import type { JsonObject } from '../model/source.ts';
import type { RunDefaults } from '../model/workflow.ts';
import { hashFiles } from './find-files.ts';
import type { JobHost, JobOrder } from './job-order.ts';
import type { JobPlaces } from './job-places.ts';
import { ProblemMatchers } from './problem-matchers.ts';
import { runnerFacts } from './runner-facts.ts';
import type { SecretMasker } from './secret-masker.ts';
import type { StepOutput } from './step-output.ts';

/** How a step stands in the context `steps`. */
export interface StepFacts {
  readonly outputs: Readonly<Record<string, string>>;
  readonly outcome: string;
  readonly conclusion: string;
}

/** Steps that see one another: those of the job, or those of a composite action. */
export interface StepFrame {
  /** Of a composite action: its inputs, its directory, the environment and `if` of the step that uses it. */
  readonly action: {
    readonly inputs: JsonObject;
    readonly path: string;
    readonly env: Readonly<Record<string, string>>;
    /** 1 for an action that the job itself uses. */
    readonly depth: number;
  } | null;
  readonly defaults: RunDefaults;
  readonly steps: Map<string, StepFacts>;
  /** Whether one of them failed. */
  failed: boolean;
}

/** What is done when all steps have ended. */
export interface PostStep {
  readonly name: string;
  /** Whether it succeeded. */
  readonly run: (output: StepOutput) => Promise<boolean>;
}

/** A job under way: what its steps hand on to one another. */
export class JobSession {
  readonly order: JobOrder;
  readonly host: JobHost;
  readonly places: JobPlaces;
  readonly masker: SecretMasker;
  /** The `env` of the workflow and the job, then what steps wrote to GITHUB_ENV. */
  readonly env: Map<string, string> = new Map();
  /** What steps wrote to GITHUB_PATH, the newest first. */
  readonly path: string[] = [];
  /** The last is carried out first. */
  readonly posts: PostStep[] = [];
  readonly frame: StepFrame;
  /** What `::add-matcher::` added. */
  readonly matchers: ProblemMatchers;
  /** What came of the job's services, for `job.services`. */
  services: JsonObject = {};

  constructor(on: { order: JobOrder; host: JobHost; places: JobPlaces; masker: SecretMasker }) {
    this.order = on.order;
    this.host = on.host;
    this.places = on.places;
    this.masker = on.masker;
    this.matchers = new ProblemMatchers(on.places.workspace);
    const { job, workflow } = on.order;
    const defaults = { ...workflow.defaults, ...job.defaults };
    this.frame = { action: null, defaults, steps: new Map(), failed: false };
  }

  get isCancelled(): boolean {
    return this.host.cancel.aborted;
  }

  get status(): 'success' | 'failure' | 'cancelled' {
    if (this.isCancelled) return 'cancelled';
    return this.frame.failed ? 'failure' : 'success';
  }

  /** The environment that expressions and processes of a frame see, with what a step adds. */
  envOf(frame: StepFrame, step: Readonly<Record<string, string>> = {}): Record<string, string> {
    return { ...Object.fromEntries(this.env), ...frame.action?.env, ...step };
  }

  /** PATH with what stands in for other programs first, then what steps added. */
  get pathValue(): string {
    return [this.places.shims, ...this.path, this.host.path].join(delimiter);
  }

  /** What an expression of a step sees. */
  scopeOf(frame: StepFrame, env: Readonly<Record<string, string>>): Scope {
    const { contexts } = this.order.scope;
    const cancelled = this.isCancelled;
    const { action } = frame;
    return {
      contexts: {
        ...contexts,
        github: this.githubOf(frame),
        secrets: { ...(contexts.secrets as JsonObject | undefined), GITHUB_TOKEN: this.order.token },
        ...(action === null ? {} : { inputs: action.inputs }),
        env: { ...env },
        steps: Object.fromEntries([...frame.steps].map(([id, facts]) => [id, facts as unknown as Json])),
        job: {
          status: this.status,
          services: this.services,
          ...(this.order.checkRunId === null ? {} : { check_run_id: this.order.checkRunId }),
        },
        runner: runnerFacts(this),
      },
      status: { success: !frame.failed && !cancelled, failure: frame.failed && !cancelled, cancelled },
      hashFiles: (patterns) => hashFiles(patterns, this.places.workspace),
    };
  }

  /** The context `github`, with what only the runner knows. */
  githubOf(frame: StepFrame): JsonObject {
    return {
      ...(this.order.scope.contexts.github as JsonObject | undefined),
      token: this.order.token,
      workspace: this.places.workspace,
      event_path: this.places.eventFile,
      ...(frame.action === null
        ? {}
        : { action_path: frame.action.path, action_status: frame.failed ? 'failure' : this.status }),
    };
  }
}

/** The context `github` as text, for variables and actions; what is no single value is left out. */
export function githubTexts(github: JsonObject): Record<string, string> {
  return Object.fromEntries(
    Object.entries(github).flatMap(([name, value]) =>
      value === null || typeof value === 'object' ? [] : [[name, String(value)]],
    ),
  );
}

/** What an action has of the session's for later steps. */
export function handOn(session: JobSession): Pick<ActionCall, 'mask' | 'setEnv' | 'addPath'> {
  return {
    mask: (value) => session.masker.add(value),
    setEnv: (name, value) => void session.env.set(name, value),
    addPath: (dir) => void session.path.unshift(dir),
  };
}
