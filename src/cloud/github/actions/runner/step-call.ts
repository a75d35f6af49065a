import type { Scope } from '../model/run-context.ts';
import type { Step } from '../model/workflow.ts';
import type { JobSession, StepFrame } from './job-session.ts';
import type { StepFiles } from './step-files.ts';
import type { StepOutput } from './step-output.ts';

/** How a step ended: before and after `continue-on-error`. */
export interface StepEnd {
  readonly outcome: 'success' | 'failure' | 'cancelled' | 'skipped';
  readonly conclusion: StepEnd['outcome'];
}

/** A step as its kind carries it out. */
export interface StepCall {
  readonly session: JobSession;
  readonly frame: StepFrame;
  /** The `env` of the step, evaluated. */
  readonly stepEnv: Readonly<Record<string, string>>;
  readonly scope: Scope;
  readonly files: StepFiles;
  /** The whole environment of a process of it. */
  readonly env: Readonly<Record<string, string>>;
  readonly output: StepOutput;
  readonly cancel: AbortSignal;
  /** Its outputs, beside what it writes to GITHUB_OUTPUT. */
  readonly outputs: Map<string, string>;
  /** The number of the step in the job's log, for what a summary is shown with. */
  readonly number: number;
  /** Carries out a step of a composite action. */
  readonly perform: (order: StepOrder) => Promise<StepEnd>;
}

/** What is carried out, where, and what it is called. */
export interface StepOrder {
  readonly session: JobSession;
  readonly frame: StepFrame;
  readonly step: Step;
  readonly output: StepOutput;
  readonly number: number;
  /** Of a composite action: the step around it is given up. */
  readonly cancel?: AbortSignal;
}
