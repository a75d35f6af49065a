import type { Finding } from './finding.ts';
import { createLintedSession } from './history/linted-session.ts';
import type { LintedSession } from './history/linted-session.ts';
import { explainLocks } from './explain-locks.ts';
import type { LintContext } from './lint-context.ts';
import type { LintSettings, SqlSource } from './lint-input.ts';
import { isAtLeastLock } from './locks/table-lock.ts';
import { toLockEffect } from './lock-facts.ts';
import { innerSql } from './parse/inner-sql.ts';
import { calledFunctions } from './parse/called-functions.ts';
import type { ParsedSql, SqlSyntaxError } from './parse/parse-sql.ts';
import { parseSql } from './parse/parse-sql.ts';
import type { NodeKind } from './parse/sql-parser.ts';
import { loadSqlParser } from './parse/sql-parser.ts';
import type { Statement } from './parse/statement.ts';
import type { Found, Rule } from './rule.ts';
import { ALL_RULES } from './rules/all-rules.ts';
import { severityFor } from './severity.ts';
import { keyOf } from './history/schema-history.ts';

/** What is wrong with some files. */
export interface LintReport {
  /** In the order of files and statements. */
  readonly findings: readonly Finding[];
  readonly syntaxErrors: readonly SqlSyntaxError[];
  /** How many there were, those within `DO` blocks not counted. */
  readonly statements: number;
  /** Each source taken apart, in their order. */
  readonly parsed: readonly ParsedSql[];
}

/**
 * Looks at migrations in the order in which they would run. Sources without a file are statements of one session, as
 * they were seen on their way to the server.
 */
export async function lintSql(
  sources: readonly SqlSource[],
  settings: LintSettings,
  rules: readonly Rule[] = ALL_RULES.filter(({ isOptIn }) => isOptIn !== true),
): Promise<LintReport> {
  const parser = await loadSqlParser();
  const session = createLintedSession(settings, parser);
  const job: LintJob = {
    session,
    rules: byKind(rules),
    ending: rules.filter(({ atEnd }) => atEnd),
    findings: [],
  };
  const syntaxErrors: SqlSyntaxError[] = [];
  const allParsed: ParsedSql[] = [];
  let statements = 0;
  for (const [index, source] of sources.entries()) {
    const parsed = parseSql(parser, source);
    allParsed.push(parsed);
    const isSameSession = source.file === null && index > 0 && sources[index - 1]?.file === null;
    const isSilent = source.hasRun === true;
    const inTransaction = source.inTransaction ?? (source.file !== null && settings.inTransaction);
    if (!isSameSession) session.startFile({ name: source.file, inTransaction });
    const before = job.findings.length;
    for (const statement of parsed.statements) lintStatement(job, statement, { isSilent, depth: 0 });
    const isLast = source.file !== null || sources[index + 1]?.file !== null;
    if (isLast && !isSilent) endFile(job);
    // What a rule says at the end of a file stands with the statement that it is said of.
    if (source.file !== null) job.findings.push(...job.findings.splice(before).sort(byPlace));
    if (isSilent) continue;
    syntaxErrors.push(...parsed.errors);
    statements += parsed.statements.length;
  }
  return { findings: job.findings, syntaxErrors, statements, parsed: allParsed };
}

function byPlace(one: Finding, other: Finding): number {
  return one.line - other.line || one.column - other.column;
}

interface LintJob {
  readonly session: LintedSession;
  readonly rules: ReadonlyMap<NodeKind, readonly Rule[]>;
  readonly ending: readonly Rule[];
  readonly findings: Finding[];
}

function byKind(rules: readonly Rule[]): ReadonlyMap<NodeKind, readonly Rule[]> {
  const kinds = new Map<NodeKind, Rule[]>();
  for (const rule of rules) {
    for (const kind of Object.keys(rule.checks) as NodeKind[]) {
      kinds.set(kind, [...(kinds.get(kind) ?? []), rule]);
    }
  }
  return kinds;
}

/** Code that calls itself ends here; real migrations nest twice at most. */
const DEPTH_MAX = 5;

function lintStatement(
  job: LintJob,
  statement: Statement,
  { isSilent, depth }: { readonly isSilent: boolean; readonly depth: number },
): void {
  const { session } = job;
  session.look(statement);
  if (!isSilent) {
    for (const rule of job.rules.get(statement.kind) ?? []) {
      const check = rule.checks[statement.kind] as
        | ((body: unknown, statement: Statement, context: LintContext) => readonly Found[])
        | undefined;
      const body = (statement.node as Record<string, unknown>)[statement.kind];
      for (const found of check?.(body, statement, session.context) ?? []) keep(job, rule, statement, found);
    }
  }
  session.run(statement);
  if (depth >= DEPTH_MAX) return;
  for (const inner of innerStatements(session.context, statement)) {
    lintStatement(job, inner, { isSilent, depth: depth + 1 });
  }
}

/** What runs with a statement: the block of a DO, the bodies of functions that it calls and that files have made. */
function innerStatements(context: LintContext, statement: Statement): readonly Statement[] {
  const { parser, history } = context;
  if (statement.kind === 'DoStmt') return innerSql(parser, statement)?.statements ?? [];
  return calledFunctions(statement.node).flatMap((name) => {
    const made = history.functions.get(keyOf(history, name));
    return made === undefined ? [] : (innerSql(parser, made.statement)?.statements ?? []);
  });
}

function endFile(job: LintJob): void {
  for (const rule of job.ending) {
    for (const found of rule.atEnd?.(job.session.context) ?? []) keep(job, rule, found.statement, found);
  }
}

function keep(job: LintJob, rule: Rule, statement: Statement, found: Found): void {
  const { context } = job.session;
  const table = found.table ?? null;
  if (table !== null && rule.isForNewTables !== true && context.isNew(table)) return;
  const facts = table === null ? null : context.facts(table);
  const base = found.severity ?? rule.severity;
  const locks = found.locks ?? context.locks;
  const harmful = locks.filter((lock) => isAtLeastLock(lock.lock, 'Share') && !context.isNew(lock.table));
  job.findings.push({
    rule: rule.id,
    severity: rule.isBySize === true ? severityFor(base, facts) : base,
    file: statement.file,
    ...statement.placeOf(found.at ?? 0),
    statement: statement.text,
    message: found.message,
    why: found.why === undefined ? explainLocks(harmful, (name) => context.facts(name)) : found.why,
    locks: locks.map(toLockEffect),
    safeForm: typeof found.safeForm === 'function' ? found.safeForm() : found.safeForm,
  });
}
