import type { StepOutput } from '../runner/step-output.ts';
import type { JobPlaces } from '../runner/job-places.ts';
import type { ActionServices } from './action-services.ts';
import type { ActionVersions } from './action-versions.ts';

/** An action says why it failed; the sentence is shown as an error of the step. */
export class ActionFailure extends Error {
  override readonly name: string = 'ActionFailure';
}

/** An input of an action, as its action.yml declares it. */
export interface ActionInput {
  /** What it is when it is not given; undefined for none. */
  readonly default?: string;
  readonly required?: boolean;
}

/** What an action that stands in for one of GitHub's is given. */
export interface ActionCall {
  /** By lower-case name, defaults filled in, without white space around. */
  readonly inputs: Readonly<Record<string, string>>;
  /** The context `github`, as text. */
  readonly github: Readonly<Record<string, string>>;
  readonly places: JobPlaces;
  /** The environment of the step. */
  readonly env: Readonly<Record<string, string>>;
  readonly output: StepOutput;
  readonly services: ActionServices;
  readonly token: string;
  readonly signal: AbortSignal;
  /** Runs a program in the workspace, with its output in the log. Its exit code. */
  exec(program: string, args: readonly string[], options?: ExecOptions): Promise<number>;
  /** Masks a value in the log from now on. */
  mask(value: string): void;
  /** For later steps of the job. */
  setEnv(name: string, value: string): void;
  addPath(dir: string): void;
}

/** How a program of an action is run. */
export interface ExecOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Takes each line instead of the log. */
  readonly onLine?: (line: string) => void;
  /** Shown in the log instead of the command, or not at all. */
  readonly shown?: string | null;
}

/** What it came to. */
export interface ActionEnd {
  readonly outputs: Readonly<Record<string, string>>;
  /** Done when all steps of the job have ended; throws an {@link ActionFailure}. */
  readonly post?: (call: ActionCall, jobSucceeds: boolean) => Promise<void>;
}

/** An action of GitHub's that the local GitHub carries out itself. */
export interface KnownAction {
  /** Which of its versions it stands for. */
  readonly versions: ActionVersions;
  readonly inputs: Readonly<Record<string, ActionInput>>;
  /** Why it cannot be carried out with such inputs (as written, expressions and all); null when it can. */
  readonly refuses?: (written: Readonly<Record<string, string>>) => string | null;
  /** Throws an {@link ActionFailure}. */
  readonly run: (call: ActionCall) => Promise<ActionEnd>;
}

/** The value of an input; empty when it is not given. */
export function input(call: Pick<ActionCall, 'inputs'>, name: string): string {
  return call.inputs[name] ?? '';
}

/** An input as YAML 1.2 writes booleans (`@actions/core` getBooleanInput). Throws for anything else. */
export function booleanInput(call: Pick<ActionCall, 'inputs'>, name: string): boolean {
  const value = input(call, name);
  if (/^(?:true|True|TRUE)$/u.test(value)) return true;
  if (/^(?:false|False|FALSE|)$/u.test(value)) return false;
  throw new ActionFailure(`Input does not meet YAML 1.2 "Core Schema" specification: ${name}`);
}

/** An input with one value a line. */
export function linesInput(call: Pick<ActionCall, 'inputs'>, name: string): string[] {
  return input(call, name)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
