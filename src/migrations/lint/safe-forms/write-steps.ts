/** Statements that may stand in one file. */
export interface SafeStep {
  /** Why, and where: as a comment above. */
  readonly note?: string;
  /** Without semicolons. */
  readonly sql: readonly string[];
}

/** In a later file, since a transaction keeps its locks until it ends. */
export const THEN_ANOTHER_FILE = 'Then, in another file, so that the lock is let go in between:';
/** For what Postgres refuses inside a transaction. */
export const OUTSIDE_TRANSACTION = 'In a file of its own that is run outside a transaction:';

/** SQL in steps, each with its comment. */
export function writeSteps(steps: readonly SafeStep[]): string {
  return steps
    .map(({ note, sql }) => [
      ...(note === undefined ? [] : note.split('\n').map((line) => `-- ${line}`)),
      ...sql.map((statement) => `${statement};`),
    ])
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n');
}
