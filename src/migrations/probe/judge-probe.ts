import type { Severity } from '../lint/finding.ts';
import type { Blocked, ProbedEffect, ProbedStatement } from './probed-statement.ts';

/** What is asked of a finding here. */
export interface JudgedFinding {
  readonly rule: string;
  readonly severity: Severity;
  readonly statement: number | null;
  readonly message: string;
  readonly safeForm: string | null;
}

/** A statement that must not run on the target, and why. */
export interface UnsafeStatement {
  /** Null: it cannot be told which. */
  readonly number: number | null;
  /** Without values; null where it cannot be told which. */
  readonly sql: string | null;
  /** A sentence each. */
  readonly reasons: readonly string[];
  readonly safeForm: string | null;
}

/**
 * Everything in a migration that keeps somebody out of a table for longer than is allowed, or that a rule calls an error.
 * In the order of the statements.
 */
export function unsafeStatements(
  probe: { readonly statements: readonly ProbedStatement[]; readonly findings: readonly JudgedFinding[] },
  blocksAtMostMs: number,
): readonly UnsafeStatement[] {
  const errors = probe.findings.filter(({ severity }) => severity === 'error');
  const unsafe = probe.statements.flatMap((statement): UnsafeStatement[] => {
    const found = errors.filter((finding) => finding.statement === statement.number);
    const tooLong = longestBlock(statement, blocksAtMostMs);
    if (found.length === 0 && tooLong === null) return [];
    const about = probe.findings.filter((finding) => finding.statement === statement.number);
    return [
      {
        number: statement.number,
        sql: statement.sql,
        reasons: [...(tooLong === null ? [] : [blockWords(tooLong)]), ...found.map(({ message }) => message)],
        safeForm: about.find(({ safeForm }) => safeForm !== null)?.safeForm ?? null,
      },
    ];
  });
  const placeless = errors.filter(({ statement }) => statement === null);
  return [
    ...unsafe,
    ...placeless.map(({ message, safeForm }) => ({ number: null, sql: null, reasons: [message], safeForm })),
  ];
}

/** The statement's worst: who is kept out of what for how long, as long as that is more than is allowed. */
function longestBlock(statement: ProbedStatement, blocksAtMostMs: number): ProbedEffect | null {
  const long = statement.effects.filter(
    (effect) => effect.isFresh && keepsOut(effect.blocks) && effect.estimatedMs > blocksAtMostMs,
  );
  return long.toSorted((one, other) => rank(one.blocks) - rank(other.blocks))[0] ?? null;
}

/** Whether somebody of the apps waits; other changes of the schema may. */
export function keepsOut(blocks: Blocked): boolean {
  return blocks === 'readers' || blocks === 'writers' || blocks === 'same-rows';
}

const ORDER: readonly Blocked[] = ['readers', 'writers', 'same-rows', 'schema-changes', 'nobody'];

function rank(blocks: Blocked): number {
  return ORDER.indexOf(blocks);
}

/** Who waits, in words. */
export const BLOCKED_WORDS: Readonly<Record<Blocked, string>> = {
  readers: 'readers and writers',
  writers: 'writers',
  'same-rows': 'writers of the same rows',
  'schema-changes': 'other schema changes',
  nobody: 'nobody',
};

function blockWords({ blocks, table, kind, estimatedMs, lock, work }: ProbedEffect): string {
  const of = kind === 'table' ? table : `${kind} ${table}`;
  const why = work === 'none' ? '' : ` and ${WORK_WORDS[work]}`;
  return `It keeps ${BLOCKED_WORDS[blocks]} of ${of} waiting for about ${secondsWords(estimatedMs)}: it takes ${lock}${why}.`;
}

const WORK_WORDS: Readonly<Record<Exclude<ProbedEffect['work'], 'none'>, string>> = {
  scan: 'looks at every row',
  'index-build': 'builds an index',
  rewrite: 'writes the whole table anew',
  rows: 'holds its rows until the transaction ends',
};

/** A duration as it is measured: `12 ms`, `3.4 s`, `2 min`. */
export function secondsWords(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.round(ms / 60_000)} min`;
}
