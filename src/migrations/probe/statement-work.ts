import type { LockedWork } from '../lint/finding.ts';
import type { KnownRelation, ObservedStatement } from './observed-statement.ts';
import type { StatementFacts } from './statement-facts.ts';

/** What Postgres says at DEBUG1 of what it does to a table; these messages are never translated. */
const SAYS: readonly { readonly pattern: RegExp; readonly work: LockedWork }[] = [
  { pattern: /^rewriting table "(.+)"$/, work: 'rewrite' },
  { pattern: /^verifying table "(.+)"$/, work: 'scan' },
  { pattern: /^building index ".+" on table "(.+?)" /, work: 'index-build' },
];
const VALIDATES_KEY = /^validating foreign key constraint "/;

/** How much each is, for one that does several. */
const WORK_ORDER: readonly LockedWork[] = ['none', 'rows', 'scan', 'index-build', 'rewrite'];

/** The tags of statements that read and change rows, and nothing else. */
const ROW_TAGS = /^(SELECT|INSERT|UPDATE|DELETE|MERGE|COPY|FETCH|EXECUTE|CREATE TABLE AS)$/;

/** Whether a statement reads or changes rows, and is no change of the schema. */
export function isRowStatement(tag: string | null): boolean {
  return tag !== null && ROW_TAGS.test(tag);
}

/** The work of a statement on a relation, from what the server said and did. */
export function workOn(
  relation: KnownRelation,
  statement: ObservedStatement,
  facts: StatementFacts,
  isLocked: { readonly strongly: boolean; readonly strongest: boolean; readonly forRows: boolean },
): LockedWork {
  const found: LockedWork[] = ['none'];
  // It gets new files, which hold nothing.
  if (/^(TRUNCATE|DROP) TABLE/.test(statement.tag ?? '')) return 'none';
  for (const notice of statement.notices) {
    for (const { pattern, work } of SAYS) if (pattern.exec(notice)?.[1] === relation.name) found.push(work);
    if (VALIDATES_KEY.test(notice) && isReferring(relation, facts, isLocked.strongest)) found.push('scan');
  }
  const isRewritten = statement.rewritten.includes(relation.oid);
  if (relation.kind === 'table' && (isRewritten || (facts.isRewrite && isLocked.strongly)))
    found.push('rewrite');
  // Constraints of a domain are checked in silence, in every table that uses it.
  if (statement.tag === 'ALTER DOMAIN' && isLocked.strongest) found.push('scan');
  // A DO block and a procedure say by their locks alone what they do.
  if (isRowStatement(statement.tag) || isLocked.forRows) found.push('rows');
  return found.reduce((most, work) => (WORK_ORDER.indexOf(work) > WORK_ORDER.indexOf(most) ? work : most));
}

/** A foreign key is checked by reading the table that has it: the one that the statement is about. */
function isReferring(relation: KnownRelation, { named }: StatementFacts, isStrongest: boolean): boolean {
  const [subject] = named;
  return subject === undefined ? isStrongest : subject.name === relation.name;
}
