import type { Finding, TableFacts } from '../../migrations/lint/finding.ts';
import { lintSql } from '../../migrations/lint/lint-sql.ts';
import type { ObservedStatement } from '../../migrations/probe/observed-statement.ts';
import { isBookkeeping } from '../flight/bookkeeping.ts';
import type { ProbedFinding } from './probe-record.ts';

/** What is wrong with statements that ran, each said with the number of its statement. */
export async function lintProbed(
  observed: readonly ObservedStatement[],
  known: { readonly postgresVersion: number; readonly tables: Readonly<Record<string, TableFacts>> },
): Promise<readonly ProbedFinding[]> {
  const ran = observed
    .filter(({ sql, error }) => error === null && !isBookkeeping(sql))
    // The linter follows one session: those that ran at once are taken one after the other.
    .toSorted((one, other) => one.session - other.session || one.number - other.number);
  const { findings } = await lintSql(
    ran.map(({ sql }) => ({ file: null, text: sql })),
    // Every session has a lock_timeout from the tap, and what was in a transaction has its BEGIN among the statements.
    { ...known, inTransaction: false, hasLockTimeout: true },
  );
  let from = 0;
  return findings.map((finding) => {
    const at = indexOfStatement(ran, finding, from);
    if (at !== -1) from = at;
    return probedFinding(finding, ran[at]?.number ?? null);
  });
}

/** Findings come in the order of their statements, each with the text of its own. */
function indexOfStatement(ran: readonly ObservedStatement[], { statement }: Finding, from: number): number {
  const after = ran.findIndex(({ sql }, index) => index >= from && sql.includes(statement));
  return after === -1 ? ran.findIndex(({ sql }) => sql.includes(statement)) : after;
}

function probedFinding(finding: Finding, statement: number | null): ProbedFinding {
  const { rule, severity, why, safeForm } = finding;
  // Each statement is a source of its own here: a line says nothing.
  const message = finding.message.replaceAll(/ (?:of|in|on) line \d+/g, '');
  return { rule, severity, statement, message, why, safeForm };
}

/** Strings in a statement: who reads `'active'` cannot tell whether it is somebody's. */
const STRING = /'(?:[^']|'')*'/g;

/** A finding for the record: its safe form says what to write, and no value of the statement that it is for. */
export function withoutValues(
  finding: ProbedFinding,
  statements: ReadonlyMap<number, { readonly sql: string; readonly normalized: string }>,
): ProbedFinding {
  const { safeForm, statement } = finding;
  const of = statement === null ? undefined : statements.get(statement);
  if (safeForm === null || of === undefined) return finding;
  const written = of.sql.trim().replace(/;$/, '');
  let hidden = safeForm.replaceAll(written, of.normalized.replaceAll('$', '$$$$'));
  for (const text of new Set(of.sql.match(STRING))) hidden = hidden.replaceAll(text, "'…'");
  return { ...finding, safeForm: hidden };
}
