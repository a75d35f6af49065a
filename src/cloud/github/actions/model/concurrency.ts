/** One that wants a concurrency group, or holds it: a run, or a job of one. */
export interface ConcurrencyHolder {
  /** Unique in the repository: `run 12`, `run 12 job deploy`. */
  readonly key: string;
  /** The keys of what it is part of (its run, the calls around it): one of them holding the group is a deadlock. */
  readonly within: readonly string[];
}

/** What a workflow or a job asks for, evaluated. */
export interface ConcurrencyRequest {
  /** As written; compared without regard to case. */
  readonly group: string;
  readonly cancelInProgress: boolean;
  readonly queue: 'single' | 'max';
}

/** A group of a repository. */
export interface ConcurrencyGroup {
  readonly running: ConcurrencyHolder | undefined;
  /** Those whose cancelling was asked for and that still hold it: the next waits for their end. */
  readonly cancelling: boolean;
  /** In the order in which they began to wait. */
  readonly pending: readonly ConcurrencyHolder[];
}

/** All groups of a repository that anybody holds or waits for, by lower-case name. */
export type ConcurrencyState = Readonly<Record<string, ConcurrencyGroup>>;

/** What a decision brings about, in this order. */
export type ConcurrencyEffect =
  | { readonly kind: 'start'; readonly holder: ConcurrencyHolder }
  | { readonly kind: 'wait'; readonly holder: ConcurrencyHolder; readonly behind: string }
  | { readonly kind: 'cancel-running'; readonly holder: ConcurrencyHolder; readonly why: string }
  | { readonly kind: 'cancel-pending'; readonly holder: ConcurrencyHolder; readonly why: string };

/** The groups afterwards, and what is to be done. */
export interface ConcurrencyDecision {
  readonly state: ConcurrencyState;
  readonly effects: readonly ConcurrencyEffect[];
}
