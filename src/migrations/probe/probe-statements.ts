import type { TableFacts } from '../lint/finding.ts';
import type { SqlParser } from '../lint/parse/sql-parser.ts';
import { blockedBy, lockRank } from './lock-conflicts.ts';
import type { KnownRelation, ObservedStatement, RelationLock } from './observed-statement.ts';
import type { ProbedEffect, ProbedStatement } from './probed-statement.ts';
import { statementFacts, type NamedRelation, type StatementFacts } from './statement-facts.ts';
import { isRowStatement, workOn } from './statement-work.ts';

/** What is known besides the statements themselves. */
export interface ProbeKnowledge {
  readonly parser: SqlParser;
  /** A statement without the values in it. */
  readonly normalize: (sql: string) => string;
  /** The relations that there were on the branch before the first statement, by oid. */
  readonly relations: ReadonlyMap<number, KnownRelation>;
  /** The target's own tables, by `schema.table`. */
  readonly target: Readonly<Record<string, TableFacts>>;
}

/** What each statement did to others, and for how long, in the order in which they were sent. */
export function probeStatements(
  observed: readonly ObservedStatement[],
  knowledge: ProbeKnowledge,
): readonly ProbedStatement[] {
  const probed: ProbedStatement[] = [];
  for (const [index, transaction] of transactionsOf(observed).entries())
    probed.push(...probeTransaction(transaction, index + 1, knowledge));
  return probed.sort((one, other) => one.number - other.number);
}

/** Statements that came or went together, of one session each. */
function transactionsOf(observed: readonly ObservedStatement[]): ObservedStatement[][] {
  const transactions: ObservedStatement[][] = [];
  const open = new Map<number, ObservedStatement[]>();
  for (const statement of observed) {
    const known = open.get(statement.session);
    const transaction = known ?? [];
    if (known === undefined) transactions.push(transaction);
    transaction.push(statement);
    if (statement.isInTransaction) open.set(statement.session, transaction);
    else open.delete(statement.session);
  }
  return transactions;
}

function probeTransaction(
  statements: readonly ObservedStatement[],
  transaction: number,
  knowledge: ProbeKnowledge,
): ProbedStatement[] {
  let before: readonly RelationLock[] = [];
  return statements.map((statement, index) => {
    const facts = statementFacts(knowledge.parser, statement.sql);
    const after = statements.slice(index);
    const effects = effectsOf({ statement, after, facts, before }, knowledge);
    before = statement.held ?? before;
    return {
      number: statement.number,
      sql: knowledge.normalize(statement.sql),
      transaction,
      tookMs: statement.endedAt - statement.startedAt,
      rows: statement.rows,
      error: statement.error,
      effects,
    };
  });
}

interface InTransaction {
  readonly statement: ObservedStatement;
  /** It, and what came after it in its transaction. */
  readonly after: readonly ObservedStatement[];
  readonly facts: StatementFacts;
  /** What the transaction held before it. */
  readonly before: readonly RelationLock[];
}

interface Strongest {
  readonly lock: RelationLock;
  readonly isFresh: boolean;
  readonly isAssumed: boolean;
}

function effectsOf(one: InTransaction, knowledge: ProbeKnowledge): ProbedEffect[] {
  const strongest = strongestLocks(one, knowledge);
  const top = Math.max(-1, ...[...strongest.values()].map(({ lock }) => lockRank(lock.mode)));
  const effects: ProbedEffect[] = [];
  for (const [oid, { lock, isFresh, isAssumed }] of strongest) {
    const relation = knowledge.relations.get(oid);
    if (relation === undefined || isNegligible(relation, lock, strongest)) continue;
    // The old index of REINDEX CONCURRENTLY is locked to be removed when nobody plans with it any more.
    if (relation.kind === 'index' && one.facts.documented !== null) continue;
    const rank = lockRank(lock.mode);
    const work = workOn(relation, one.statement, one.facts, {
      strongly: rank >= lockRank('Exclusive'),
      strongest: rank === top,
      forRows: lock.mode === 'RowExclusive' && changesRows(one.statement),
    });
    const blocks = blockedBy(lock.mode, relation.kind, changesRows(one.statement));
    effects.push({
      table: nameOf(relation),
      kind: relation.kind === 'other' ? 'table' : relation.kind,
      lock: lock.mode,
      work,
      isFresh,
      isAssumed,
      blocks,
      ...heldFor(one.after, knowledge, lock.since),
    });
  }
  return effects.sort((a, b) => lockRank(b.lock) - lockRank(a.lock) || a.table.localeCompare(b.table));
}

/** A DO block, a procedure and what was seen from outside do not say how many: that they took the lock is enough. */
function changesRows({ rows }: ObservedStatement): boolean {
  return rows === null || rows > 0;
}

/** What only reads a table is in nobody's way but that of what needs it alone; an index is covered by its table. */
function isNegligible(
  relation: KnownRelation,
  lock: RelationLock,
  strongest: ReadonlyMap<number, Strongest>,
): boolean {
  const rank = lockRank(lock.mode);
  if (relation.kind === 'other' || lock.mode === 'AccessShare') return true;
  if (relation.kind === 'table') return false;
  const ofTable = relation.table === null ? undefined : strongest.get(relation.table);
  return rank <= lockRank('RowExclusive') || (ofTable !== undefined && lockRank(ofTable.lock.mode) >= rank);
}

/** For each relation the strongest lock that came with the statement, or that it needs and its transaction has already. */
function strongestLocks(
  { statement, facts, before }: InTransaction,
  knowledge: ProbeKnowledge,
): Map<number, Strongest> {
  const found = new Map<number, Strongest>();
  const add = (lock: RelationLock, how: { isFresh: boolean; isAssumed: boolean }): void => {
    const known = found.get(lock.oid);
    if (known === undefined || lockRank(known.lock.mode) < lockRank(lock.mode))
      found.set(lock.oid, { lock, ...how });
  };
  const had = new Set(before.map(({ oid, mode }) => `${oid} ${mode}`));
  for (const lock of [...(statement.held ?? []), ...statement.sampled])
    if (!had.has(`${lock.oid} ${lock.mode}`)) add(lock, { isFresh: true, isAssumed: false });
  const named = facts.named.flatMap((name) => relationsNamed(name, knowledge));
  if (!isRowStatement(statement.tag))
    for (const lock of before)
      if (named.includes(lock.oid) && !found.has(lock.oid)) add(lock, { isFresh: false, isAssumed: false });
  // What is weaker than the transaction has on the same relation already keeps nobody out who was not.
  for (const lock of before) {
    const known = found.get(lock.oid);
    if (known !== undefined && lockRank(known.lock.mode) < lockRank(lock.mode))
      found.set(lock.oid, { lock, isFresh: false, isAssumed: false });
  }
  const { documented } = facts;
  if (statement.held === null && documented !== null && statement.error === null)
    for (const oid of tablesOf(named, knowledge))
      add({ oid, mode: documented }, { isFresh: true, isAssumed: true });
  return found;
}

/** A statement about an index locks its table. */
function tablesOf(oids: readonly number[], { relations }: ProbeKnowledge): number[] {
  return oids.map((oid) => relations.get(oid)?.table ?? oid);
}

/** A name without a schema is one of `public`, where there is one; else any of that name. */
function relationsNamed({ schema, name }: NamedRelation, { relations }: ProbeKnowledge): number[] {
  const all = [...relations.values()].filter((relation) => relation.name === name);
  const wanted = schema ?? 'public';
  const exact = all.filter((relation) => relation.schema === wanted);
  return (exact.length === 0 && schema === null ? all : exact).map(({ oid }) => oid);
}

/**
 * From the statement's beginning, or when the lock was first seen, to the end of its transaction, without the time in
 * which it was only looked at.
 */
function heldFor(
  after: readonly ObservedStatement[],
  knowledge: ProbeKnowledge,
  since: number | undefined,
): { readonly heldMs: number; readonly estimatedMs: number } {
  let heldMs = 0;
  let estimatedMs = 0;
  for (const [index, statement] of after.entries()) {
    const isFirst = index === 0;
    const from = isFirst ? Math.max(statement.startedAt, since ?? 0) : statement.startedAt;
    const tookMs = Math.max(0, statement.endedAt - from);
    const idleMs = isFirst ? 0 : Math.max(0, from - (after[index - 1]?.releasedAt ?? 0));
    heldMs += tookMs + idleMs;
    estimatedMs += tookMs * growthOf(statement, knowledge) + idleMs;
  }
  return { heldMs: Math.round(heldMs), estimatedMs: Math.round(estimatedMs) };
}

/** How many times as much there is to do on the target as there was on the branch: 1 where the branch has all of it. */
function growthOf(statement: ObservedStatement, knowledge: ProbeKnowledge): number {
  const { named } = statementFacts(knowledge.parser, statement.sql);
  const growths = named
    .flatMap((name) => relationsNamed(name, knowledge))
    .flatMap((oid) => {
      const here = knowledge.relations.get(oid);
      const there = here === undefined ? undefined : knowledge.target[`${here.schema}.${here.name}`];
      if (here?.kind !== 'table' || there?.bytes === undefined || there.bytes === null || here.bytes === null)
        return [];
      return [there.bytes / Math.max(here.bytes, PAGE_BYTES)];
    });
  return Math.max(1, ...growths);
}

/** A table without rows has no page; what there is to do on it is at least that. */
const PAGE_BYTES = 8_192;

function nameOf({ schema, name }: KnownRelation): string {
  return schema === 'public' ? name : `${schema}.${name}`;
}
