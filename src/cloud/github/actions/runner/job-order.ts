import type { Clock } from '../../../../util/clock.ts';
import type { ActionServices } from '../known-actions/action-services.ts';
import type { Scope } from '../model/run-context.ts';
import type { JobResult } from '../model/run-state.ts';
import type { JsonObject, SourceMap } from '../model/source.ts';
import type { RunDefaults, StepsJob } from '../model/workflow.ts';
import type { IdTokenRequest } from '../oidc/oidc-service.ts';
import type { StepRecord } from '../store/records.ts';
import type { ServiceHost } from './job-services.ts';
import type { OwnCommand } from './npx-shim.ts';
import type { Annotation } from './annotation.ts';

/** A job to be carried out. */
export interface JobOrder {
  readonly job: StepsJob;
  /** github, inputs, vars, needs, strategy, matrix and secrets. */
  readonly scope: Scope;
  /** What the file it is written in says for all its jobs. */
  readonly workflow: { readonly env: SourceMap; readonly defaults: RunDefaults };
  /** `job.check_run_id`; null where no check run stands for the job. */
  readonly checkRunId: number | null;
  /** `github.event`. */
  readonly event: JsonObject;
  /** The GITHUB_TOKEN. */
  readonly token: string;
  readonly timeoutMs: number;
  /** Marks all its processes in their environment. */
  readonly trackingId: string;
}

/** Where it is carried out. */
export interface JobHost {
  /** Of the job alone; removed at its end. */
  readonly dir: string;
  readonly clock: Clock;
  /** The PATH of the machine. */
  readonly path: string;
  /** What every job finds in its environment, such as the addresses of the platforms. */
  readonly variables: Readonly<Record<string, string>>;
  readonly runnerName: string;
  readonly own: OwnCommand;
  readonly actions: ActionServices;
  /** How it asks for id tokens; null without `id-token: write`. */
  readonly idToken: IdTokenRequest | null;
  readonly services: ServiceHost;
  readonly listener: JobListener;
  /** Aborted: steps are asked to end; those that `always()` run still do. */
  readonly cancel: AbortSignal;
  /** Aborted: all of it ends at once. */
  readonly kill: AbortSignal;
}

/** Told of everything as it happens. */
export interface JobListener {
  /** A step as it is now: all are told of at the beginning. */
  step(step: StepRecord): void;
  /** A line of a step's log, masked. */
  line(step: number, text: string): void;
  annotation(step: number, annotation: Annotation): void;
  /** What a step wrote to its summary, masked. */
  summary(step: number, text: string): void;
}

/** How a job ended. */
export interface JobReport {
  readonly result: Exclude<JobResult, 'skipped'>;
  /** Without those that hold a secret. */
  readonly outputs: Readonly<Record<string, string>>;
  /** One sentence. */
  readonly why: string;
  /** `environment.url`, evaluated; null when there is none. */
  readonly environmentUrl: string | null;
}
