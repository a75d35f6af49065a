import type { Persona, Severity } from '../finding.ts';
import type { LintedFile, LintedRepository } from '../read/linted-file.ts';
import type { Span } from '../read/source-file.ts';

/** What a rule finds in a file. The linter adds the rest. */
export interface Found {
  readonly at: Span;
  /** One sentence. */
  readonly message: string;
  /** What to write here, in words; none: what the rule says. */
  readonly hint?: string;
  /** The same as text to be copied. */
  readonly code?: string;
  /** Where this one is graver or less grave than its rule is otherwise. */
  readonly severity?: Severity;
  readonly persona?: Persona;
}

/** Files of an example, by path; the first is the one in which it is found. */
export type Example = Readonly<Record<string, string>>;

/** Looks at one file, with the others beside it. */
export type Check = (file: LintedFile, repository: LintedRepository) => readonly Found[];

/** What is known of any rule, with its place in docs/reference/workflow-rules.md. */
export interface AboutRule {
  /** Kebab-case: what an ignore directive names. */
  readonly id: string;
  /** What it is against, in a few words. */
  readonly title: string;
  readonly severity: Severity;
  readonly persona: Persona;
  /** What it finds, and what it leaves alone. */
  readonly what: string;
  /** What would happen. */
  readonly why: string;
  /** What to write instead, in words. */
  readonly hint: string;
}

/** One rule. */
export interface WorkflowRule extends AboutRule {
  /** It is found in this, and not in `good`. */
  readonly bad: Example;
  readonly good: Example;
  readonly check: Check;
  /** Whether it also looks at workflows that a document shows: those it finds are wrong whatever stands around them. */
  readonly isForShown?: boolean;
}
