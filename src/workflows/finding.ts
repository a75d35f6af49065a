/** How grave: `error` is wrong or dangerous now; `warning` may be; `advice` is a matter of taste or of later trouble. */
export type Severity = 'error' | 'warning' | 'advice';

/** Who wants to hear of it: everybody, or only who asks for all of it. */
export type Persona = 'regular' | 'pedantic';

/** One thing that is wrong in one place. */
export interface WorkflowFinding {
  /** `unpinned-uses`: kebab-case, what an ignore directive names. */
  readonly rule: string;
  readonly severity: Severity;
  readonly persona: Persona;
  /** As given to the linter. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in characters. */
  readonly column: number;
  /** What is found fault with, as written; its first line is underlined. */
  readonly statement: string;
  /** What is wrong, one sentence. */
  readonly message: string;
  /** What would happen. */
  readonly why: string;
  /** What to write instead, in words. */
  readonly hint: string;
  /** The same as text to be copied; null where words are all there is. */
  readonly code: string | null;
  /** Where it is explained: `docs/reference/workflow-rules.md#unpinned-uses`. */
  readonly page: string;
}

/** A place that cannot be read at all. */
export interface WorkflowMistake {
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly hint: string | null;
}

/** What came of one file. */
export interface WorkflowReport {
  readonly file: string;
  readonly text: string;
  readonly findings: readonly WorkflowFinding[];
  /** Left out by a directive, each with its reason. */
  readonly ignored: readonly { readonly finding: WorkflowFinding; readonly reason: string }[];
  readonly mistakes: readonly WorkflowMistake[];
}
