import type { Severity } from '../finding.ts';

/** A rule about the directives themselves; no directive reaches it. */
export interface IgnoreRule {
  readonly id: 'ignore-without-reason' | 'ignore-unknown' | 'ignore-unused';
  readonly title: string;
  readonly severity: Severity;
  /** What it finds, and what it leaves alone. */
  readonly what: string;
  /** What would happen. */
  readonly why: string;
}

/** One that says no reason. */
export const WITHOUT_REASON: IgnoreRule = {
  id: 'ignore-without-reason',
  title: 'An ignore directive without a reason',
  severity: 'error',
  what: 'glidepath-ignore or glidepath-ignore-file without a colon and a reason behind the rules. It counts for nothing.',
  why: 'Whoever reads the migration later has to know why the harm was accepted; so has whoever approves it now.',
};

/** One that says nothing that the linter knows. */
export const UNKNOWN: IgnoreRule = {
  id: 'ignore-unknown',
  title: 'An ignore directive that means nothing',
  severity: 'error',
  what: 'A directive with the name of a rule that does not exist, with no name at all, or with a slip in the word itself.',
  why: 'It was meant to leave something out and does not, or will not when the rule is met.',
};

/** One that leaves nothing out. */
export const UNUSED: IgnoreRule = {
  id: 'ignore-unused',
  title: 'An ignore directive that leaves nothing out',
  severity: 'warning',
  what: 'A directive for a rule that finds nothing in its statement, or in its file.',
  why: 'It would hide a later mistake that nobody has thought about.',
};

/** The rules about directives. */
export const IGNORE_RULES: readonly IgnoreRule[] = [WITHOUT_REASON, UNKNOWN, UNUSED];
