import type { PermissionsAsked } from './permissions.ts';
import type { Position, Source, SourceMap } from './source.ts';
import type { CallInterface, InputDeclaration, Trigger } from './trigger.ts';

/** A number or a boolean, or an expression that gives one. */
export type SourceNumber = Source<number | string>;
/** See {@link SourceNumber}. */
export type SourceBoolean = Source<boolean | string>;

/** `concurrency`, of a workflow or a job. */
export interface ConcurrencySpec extends Position {
  readonly group: Source<string>;
  readonly cancelInProgress?: SourceBoolean;
  readonly queue: 'single' | 'max';
}

/** `defaults.run`. */
export interface RunDefaults {
  readonly shell?: Source<string>;
  readonly workingDirectory?: Source<string>;
}

/** `strategy`. */
export interface StrategySpec extends Position {
  /** A mapping of axes with `include` and `exclude`, or one expression that gives it; strings may hold expressions. */
  readonly matrix?: Source;
  readonly failFast?: SourceBoolean;
  readonly maxParallel?: SourceNumber;
}

/** `environment` of a job. */
export interface EnvironmentSpec extends Position {
  readonly name: Source<string>;
  readonly url?: Source<string>;
  /** `false`: its secrets and rules, without a record of a deployment. */
  readonly deployment?: SourceBoolean;
}

/** A container beside a job. Only Postgres is carried out; others are WORKFLOW_UNSUPPORTED. */
export interface ServiceSpec extends Position {
  readonly name: string;
  readonly image: Source<string>;
  readonly env: SourceMap;
  /** As written: `5432:5432` or `5432`. */
  readonly ports: readonly string[];
  readonly options?: Source<string>;
}

/** What a step uses: `owner/repo/path@ref`, or an action of the repository itself (`./path`, `$/path`). */
export type ActionReference =
  | {
      readonly kind: 'repository';
      /** `actions/checkout`, or with its path `superfly/flyctl-actions/setup-flyctl`; lower case. */
      readonly name: string;
      readonly ref: string;
    }
  | { readonly kind: 'local'; readonly path: string };

interface StepBase extends Position {
  /** Its `id`, or one that is made (`__run_2`): unique within the job, and what GITHUB_ACTION says. */
  readonly key: string;
  /** Only when written: only such steps are in the context `steps`. */
  readonly id?: string;
  readonly name?: Source<string>;
  readonly if?: Source<string>;
  readonly env: SourceMap;
  readonly continueOnError?: SourceBoolean;
  readonly timeoutMinutes?: SourceNumber;
}

/** A step with a script. */
export interface RunStep extends StepBase {
  readonly kind: 'run';
  readonly run: Source<string>;
  readonly shell?: Source<string>;
  readonly workingDirectory?: Source<string>;
}

/** A step with an action. */
export interface UsesStep extends StepBase {
  readonly kind: 'uses';
  readonly uses: ActionReference;
  readonly with: SourceMap;
}

/** One step of a job. */
export type Step = RunStep | UsesStep;

interface JobBase extends Position {
  readonly id: string;
  readonly name?: Source<string>;
  readonly needs: readonly string[];
  readonly if?: Source<string>;
  readonly permissions?: PermissionsAsked;
  readonly concurrency?: ConcurrencySpec;
  readonly strategy?: StrategySpec;
}

/** A job that runs steps. */
export interface StepsJob extends JobBase {
  readonly kind: 'steps';
  /** A label, a list of labels, or `{group, labels}`. */
  readonly runsOn: Source;
  readonly env: SourceMap;
  readonly environment?: EnvironmentSpec;
  readonly outputs: SourceMap;
  readonly defaults: RunDefaults;
  readonly services: readonly ServiceSpec[];
  readonly steps: readonly Step[];
  readonly timeoutMinutes?: SourceNumber;
  readonly continueOnError?: SourceBoolean;
}

/** A job that calls another workflow. */
export interface CallJob extends JobBase {
  readonly kind: 'call';
  /** As written: `./.github/workflows/ci.yml` or `$/.github/workflows/ci.yml`. */
  readonly uses: Source<string>;
  readonly with: Readonly<Record<string, Source>>;
  readonly secrets: 'inherit' | SourceMap;
}

/** A job, as written. */
export type Job = StepsJob | CallJob;

/** A workflow file, read and checked. All of it is plain data and may be stored as JSON. */
export interface Workflow {
  /** `.github/workflows/ci.yml` */
  readonly path: string;
  /** `name`, or the path where none is written. */
  readonly name: string;
  readonly runName?: Source<string>;
  readonly triggers: readonly Trigger[];
  /** The inputs of `workflow_dispatch`. */
  readonly dispatchInputs: readonly InputDeclaration[];
  /** `workflow_call`, when it may be called. */
  readonly call?: CallInterface;
  readonly permissions?: PermissionsAsked;
  readonly env: SourceMap;
  readonly defaults: RunDefaults;
  readonly concurrency?: ConcurrencySpec;
  /** In the order of the file. */
  readonly jobs: readonly Job[];
}
