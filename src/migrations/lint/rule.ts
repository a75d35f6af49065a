import type { LintContext } from './lint-context.ts';
import type { Severity } from './finding.ts';
import type { TableLock } from './locks/table-lock.ts';
import type { SqlName } from './parse/names.ts';
import type { NodeBody, NodeKind } from './parse/sql-parser.ts';
import type { Statement } from './parse/statement.ts';

/** What a rule finds. The linter adds the place, and moves the severity by what is known of the table. */
export interface Found {
  /** One sentence, with the name of what it is about. */
  readonly message: string;
  /** The table whose size and age decide how grave it is; null or none: neither matters. */
  readonly table?: SqlName | null;
  /** Where in the statement's text; none: at its start. */
  readonly at?: number;
  /** SQL that does the same without harm, or words; null: none is known. Called only when the finding is kept. */
  readonly safeForm: (() => string | null) | string | null;
  /** What is locked; none: what the whole statement locks. */
  readonly locks?: readonly TableLock[];
  /** Who waits and why; none: said from the locks. Null: no lock is the matter. */
  readonly why?: string | null;
  /** Where this one is graver or less grave than its rule is otherwise. */
  readonly severity?: Severity;
}

/** One that a whole file shows, with the statement that it is said of. */
export interface FoundInFile extends Found {
  readonly statement: Statement;
}

type Check<Kind extends NodeKind> = (
  body: NodeBody<Kind>,
  statement: Statement,
  context: LintContext,
) => readonly Found[];

/** What a rule looks at, by kind of statement. */
export type Checks = { readonly [Kind in NodeKind]?: Check<Kind> };

/** One rule, with its page in docs/reference/migration-rules.md. */
export interface Rule {
  /** Kebab-case: what an ignore directive names. */
  readonly id: string;
  /** What it is against: `CREATE INDEX without CONCURRENTLY`. */
  readonly title: string;
  readonly severity: Severity;
  /** What it finds, and what it leaves alone. */
  readonly what: string;
  /** What would happen. */
  readonly why: string;
  /** A statement it finds. Its safe form in the docs is what the rule writes for it. */
  readonly unsafe: string;
  /** What must be known for the example: files that ran before. */
  readonly before?: string;
  /** The version of Postgres that the example needs, where it is not 18. */
  readonly exampleVersion?: number;
  /** Whether it is looked for only when a project asks for it. */
  readonly isOptIn?: boolean;
  /** Whether it says something of tables that the same file makes, too: they are empty and nobody waits for them. */
  readonly isForNewTables?: boolean;
  /** Whether the size of the table changes how grave it is. */
  readonly isBySize?: boolean;
  readonly checks: Checks;
  /** After the last statement of a file. */
  readonly atEnd?: (context: LintContext) => readonly FoundInFile[];
}
