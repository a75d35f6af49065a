import { ToolError } from '../../diagnostics/tool-error.ts';
import type { Finding } from '../../migrations/lint/finding.ts';
import { lintSql } from '../../migrations/lint/lint-sql.ts';
import { count } from '../../plan/words.ts';
import type { Judgement } from './judge-attempt.ts';
import type { Locate } from './statement-place.ts';
import type { Overheld } from './watch-held-up.ts';

/** Of the server, where it is not known: the oldest that is still looked after has every safe form. */
const POSTGRES_VERSION = 14;
/** What Postgres calls the lock and its table. */
const LOCK = /^(\w+)Lock on (?:.*\.)?"?([^"]*)"?$/;
/** Strings in a statement, which may be anybody's data. */
const STRING = /'(?:[^']|'')*'/g;

/** A migration that was stopped for the sake of others. */
export interface HoldFacts {
  readonly database: string;
  readonly overheld: Overheld;
  readonly blocksAtMostMs: number;
  /** What its transaction was sent until then, in order. */
  readonly statements: readonly string[];
  readonly judgement: Judgement;
  /** The last lines that it printed. */
  readonly output: readonly string[];
}

/** Others waited too long for what a migration had locked: MIGRATION_FAILED, with the statement and how to write it. */
export async function holdError(facts: HoldFacts, locate: Locate): Promise<ToolError> {
  const { database, overheld, statements, judgement } = facts;
  const { culprit, finding } = await findCulprit(overheld.lock, statements);
  const at = culprit === null ? null : await locate({ sql: culprit, error: null });
  const who = count(overheld.sessions, 'session');
  const taken = at === null ? '' : `, which it took at ${at.words}`;
  const { stays } = judgement;
  return new ToolError(
    'MIGRATION_FAILED',
    `The migration of ${database} kept ${who} waiting for ${overheld.heldMs} ms and was stopped. They waited for its ${overheld.lock}${taken}.`,
    {
      hint: [
        stays.length === 0
          ? 'All of it was rolled back, and no app was changed.'
          : 'No app was changed. Part of it ran outside a transaction and stays: inspect it before you run anything again.',
        ...stays.map((line) => `Stays: ${line}`),
        finding === null
          ? 'Change the table in a transaction of its own, and do the work that takes long after it, in another.'
          : `${finding.message} How to write it, as glidepath db lint has it (${finding.rule}), is shown above.`,
        `If they may wait longer, at a quiet time: migrate: { blocksAtMost: '10s' }, and now it is ${facts.blocksAtMostMs} ms.`,
      ].join('\n'),
      output: [...facts.output, ...(finding === null ? [] : safeLines(finding))],
    },
  );
}

/** The statement that took the lock, and what the linter has to say of it, or of what was done while it was held. */
async function findCulprit(
  lock: string,
  statements: readonly string[],
): Promise<{ readonly culprit: string | null; readonly finding: Finding | null }> {
  const [, mode = '', table = ''] = LOCK.exec(lock) ?? [];
  const { findings } = await lintSql(
    statements.map((text) => ({ file: null, text })),
    { postgresVersion: POSTGRES_VERSION, inTransaction: true, hasLockTimeout: true, tables: {} },
  );
  const safe = findings.filter(({ safeForm, severity }) => safeForm !== null && severity !== 'advice');
  const locking = findings.find(({ locks }) =>
    locks.some((each) => each.lock === mode && bareName(each.table) === table),
  );
  const named = statements.find((sql) => table !== '' && sql.includes(table));
  const culprit = statements.find((sql) => locking !== undefined && sql.includes(locking.statement)) ?? named;
  const of = safe.filter(({ statement }) => culprit?.includes(statement) === true);
  const graver = (from: readonly Finding[]): Finding | undefined =>
    from.find(({ severity }) => severity === 'error') ?? from[0];
  return { culprit: culprit ?? null, finding: graver(of) ?? graver(safe) ?? null };
}

function bareName(table: string): string {
  return (table.split('.').at(-1) ?? table).replaceAll('"', '');
}

function safeLines({ safeForm, statement }: Finding): string[] {
  let hidden = safeForm ?? '';
  for (const text of new Set(statement.match(STRING))) hidden = hidden.replaceAll(text, "'…'");
  return ['How to write it:', ...hidden.split('\n').map((line) => `  ${line}`)];
}
