import {
  BLOCKED_WORDS,
  keepsOut,
  secondsWords,
  type UnsafeStatement,
} from '../../migrations/probe/judge-probe.ts';
import type { ProbedEffect } from '../../migrations/probe/probed-statement.ts';
import { count } from '../../plan/words.ts';
import { isBookkeeping } from '../flight/bookkeeping.ts';
import { backWords } from '../verdict/verdict-words.ts';
import type { ProbeRecord } from './probe-record.ts';

/** As much of a statement as is shown beside what is said of it. */
const SQL_SHOWN = 160;

/** A probe in one line, for plans and logs. */
export function probeLine(probe: ProbeRecord): string {
  const statements = count(statementsOf(probe).length, 'statement');
  const worst = worstEffect(probe);
  const waits =
    worst === null
      ? 'nobody waits'
      : `${BLOCKED_WORDS[worst.blocks]} of ${worst.table} wait up to ${secondsWords(worst.estimatedMs)}`;
  const errors = probe.findings.filter(({ severity }) => severity === 'error').length;
  return [
    `${statements} in ${secondsWords(probe.tookMs)}`,
    waits,
    ...(errors === 0 ? [] : [count(errors, 'error')]),
    ...backWords(probe),
  ].join(', ');
}

/** What takes so long is shown whatever it is: the transaction is open, and its locks are held, as long. */
const SHOWN_FROM_MS = 1_000;

/** The statements of a migration that are about the project, not about the tool or the transaction. */
export function statementsOf(probe: ProbeRecord): ProbeRecord['statements'] {
  return probe.statements.filter(
    ({ sql, rows, effects, tookMs }) =>
      tookMs >= SHOWN_FROM_MS ||
      (!isBookkeeping(sql, rows) &&
        (effects.length > 0 ||
          !/^\s*(?:select|with|set|show|begin|start|commit|end|rollback|savepoint|release|deallocate|discard|reset)\b/i.test(
            sql,
          ))),
  );
}

/** Whoever of the apps waits longest. */
function worstEffect(probe: ProbeRecord): ProbedEffect | null {
  const all = probe.statements.flatMap(({ effects }) =>
    effects.filter(({ isFresh, blocks }) => isFresh && keepsOut(blocks)),
  );
  return all.toSorted((one, other) => other.estimatedMs - one.estimatedMs)[0] ?? null;
}

/** What is wrong with a statement, a line each. */
export function unsafeLines({ sql, reasons, safeForm }: UnsafeStatement): readonly string[] {
  return [
    ...(sql === null ? [] : [shortSql(sql, SQL_SHOWN)]),
    ...reasons.map((reason) => `  ${reason}`),
    ...(safeForm === null || safeForm.includes('\n') ? [] : [`  Safe: ${safeForm}`]),
  ];
}

/** How to write a statement instead, in full. */
export function safeLines({ sql, safeForm }: UnsafeStatement): readonly string[] {
  if (safeForm === null) return [];
  const of = sql === null ? 'Safe:' : `Safe, in place of ${shortSql(sql, SQL_SHOWN)}:`;
  return [of, ...safeForm.split('\n').map((line) => `  ${line}`)];
}

/** A statement on one line, cut. */
export function shortSql(sql: string, width: number): string {
  const line = sql.replaceAll(/\s+/g, ' ').trim();
  return line.length > width ? `${line.slice(0, Math.max(0, width - 1))}…` : line;
}
