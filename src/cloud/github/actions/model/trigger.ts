import type { Position, Source } from './source.ts';
import type { EventName } from './event-names.ts';

/** Patterns that must hold (`branches`), or must not (`branches-ignore`); in their order, for `!` depends on it. */
export interface PatternFilter {
  readonly mode: 'include' | 'ignore';
  readonly patterns: readonly string[];
}

/** One entry of `schedule`. */
export interface Schedule extends Position {
  /** Five fields, as written. */
  readonly cron: string;
  /** An IANA name; UTC when it is not said. */
  readonly timezone: string;
}

/** One event that a workflow listens to, with its filters. */
export interface Trigger extends Position {
  readonly event: EventName;
  /** The activity types, the event's own defaults filled in; empty: every one. */
  readonly types: readonly string[];
  readonly branches?: PatternFilter;
  readonly tags?: PatternFilter;
  readonly paths?: PatternFilter;
  /** `workflow_run`: names of GitHub workflows, as patterns; empty: every one. */
  readonly workflows: readonly string[];
  /** `schedule`. */
  readonly schedules: readonly Schedule[];
}

/** The kinds of inputs; `choice` and `environment` only of `workflow_dispatch`. */
export type InputType = 'string' | 'boolean' | 'number' | 'choice' | 'environment';

/** An input that `workflow_dispatch` or `workflow_call` declares. */
export interface InputDeclaration extends Position {
  readonly name: string;
  readonly type: InputType;
  readonly required: boolean;
  readonly default?: Source<string | number | boolean>;
  /** `choice` only. */
  readonly options: readonly string[];
}

/** A secret that `workflow_call` declares. */
export interface SecretDeclaration extends Position {
  readonly name: string;
  readonly required: boolean;
}

/** What `workflow_call` declares. */
export interface CallInterface extends Position {
  readonly inputs: readonly InputDeclaration[];
  readonly secrets: readonly SecretDeclaration[];
  /** Outputs, as expressions over the context `jobs`. */
  readonly outputs: Readonly<Record<string, Source<string>>>;
}
