import { sayObject, sayWhole, type CatalogObject } from './catalog.ts';
import { changedColumn } from './changed-column.ts';
import { newlyRefusing } from './newly-refusing.ts';
import { codeOnly, gone } from './removed-object.ts';
import type { CatalogPair, Judged } from './catalog-pair.ts';

/** What it means for code that knew an object as it was that it is otherwise now; null: nothing, or it is not. */
export function changedObject(before: CatalogObject, after: CatalogObject, pair: CatalogPair): Judged | null {
  const { kind } = before;
  const what = sayWhole(after);
  const taken = (before.facts.grants ?? []).filter((grant) => after.facts.grants?.includes(grant) === false);
  // A new owner takes his rights along.
  if (before.facts.owner !== after.facts.owner)
    return codeOnly(
      `The ${wordOf(after)} ${what} has another owner: who could change or use it may not any more.`,
    );
  if (taken.length > 0)
    return gone(
      `Rights are taken away: ${taken.map((grant) => `${grant.replace(' ', ' may not ')} ${what}`).join(', ')}.`,
    );
  if (isOther(before, after, pair)) return otherObject(after, what);
  if (kind === 'column') return changedColumn(before, after, pair);
  if (kind === 'type' && before.facts.form === 'enum') return changedEnum(before, after);
  if (kind === 'publication') return changedPublication(before, after, pair);
  if (before.facts.isFilled === true && after.facts.isFilled === false)
    return gone(`The materialized view ${what} is not populated: whatever reads it fails.`);
  if (isSame(before, after)) return null;
  switch (kind) {
    case 'relation':
      return changedRelation(before, after);
    case 'constraint':
    case 'index':
      return codeOnly(
        `The ${wordOf(after)} ${what} is another one: a row that it does not allow is refused.`,
      );
    case 'extension':
      return codeOnly(`The extension ${before.name} has another version or schema.`);
    default:
      return codeOnly(`The ${wordOf(after)} ${sayObject(what)} is not what it was.`);
  }
}

/** Whether another table, column or sequence has the name now. Those of another table are all others: that is said of it. */
function isOther(before: CatalogObject, after: CatalogObject, pair: CatalogPair): boolean {
  const { kind, of } = after;
  if (kind === 'column') {
    const table = { kind: 'relation' as const, of: null, name: of ?? '' };
    const [had, has] = [pair.find('before', table)?.facts, pair.find('after', table)?.facts];
    if (has?.form !== 'table' || had?.identity !== has.identity) return false;
  } else if (kind !== 'sequence' && !(kind === 'relation' && after.facts.form === 'table')) return false;
  return before.facts.identity !== after.facts.identity;
}

function otherObject({ kind }: CatalogObject, what: string): Judged {
  switch (kind) {
    case 'column':
      return codeOnly(
        `${what} is another column than it was: it was dropped and added again, or two have changed names, so its values are not those of before.`,
      );
    case 'sequence':
      return codeOnly(
        `The sequence ${what} is another one than it was: it begins elsewhere, and numbers may be given twice.`,
      );
    default:
      return codeOnly(
        `${what} is another table than it was: it was dropped and created again, or two have changed names, so its rows are not those of before.`,
      );
  }
}

function changedPublication(before: CatalogObject, after: CatalogObject, pair: CatalogPair): Judged | null {
  const refusing = newlyRefusing(after, before.facts.refuses ?? [], pair);
  if (refusing !== null) return refusing;
  return before.facts.definition === after.facts.definition && before.facts.filters === after.facts.filters
    ? null
    : codeOnly(`The publication ${after.name} has other operations, rows or columns.`);
}

function wordOf({ kind, facts }: CatalogObject): string {
  if (kind === 'constraint') return `${facts.form ?? ''} constraint`;
  return kind === 'relation' || kind === 'type' ? (facts.form ?? kind) : kind;
}

function isSame(before: CatalogObject, after: CatalogObject): boolean {
  const parents = ({ facts }: CatalogObject): string => JSON.stringify(facts.parents ?? []);
  return (
    before.facts.definition === after.facts.definition &&
    before.facts.form === after.facts.form &&
    parents(before) === parents(after)
  );
}

function changedRelation(before: CatalogObject, after: CatalogObject): Judged {
  const what = sayObject(after.name);
  const left = (before.facts.parents ?? []).filter(
    (parent) => after.facts.parents?.includes(parent) !== true,
  );
  if (left.length > 0)
    return gone(
      `The table ${what} is no part of ${left.map(sayObject).join(', ')} any more: its rows are not found there.`,
    );
  if ((after.facts.parents ?? []).length > (before.facts.parents ?? []).length)
    return codeOnly(
      `The table ${what} is a part of another now: whoever reads or writes that gets to its rows.`,
    );
  if (after.facts.form !== 'table')
    return codeOnly(`The ${after.facts.form ?? 'view'} ${what} is defined otherwise.`);
  return codeOnly(
    `The table ${what} is kept otherwise: its partitions, its row security, or whether it survives a crash.`,
  );
}

function changedEnum(before: CatalogObject, after: CatalogObject): Judged | null {
  const [had = [], has = []] = [before.facts.labels, after.facts.labels];
  const what = sayObject(after.name);
  const lost = had.filter((label) => !has.includes(label));
  if (lost.length > 0)
    return gone(
      `The enum ${what} has no ${lost.map((label) => `'${label}'`).join(', ')} any more: whatever names it fails.`,
    );
  const added = has.filter((label) => !had.includes(label));
  if (added.length > 0)
    return codeOnly(
      `The enum ${what} has ${added.map((label) => `'${label}'`).join(', ')} now, which cannot be taken back: the release before may read it, and does not know it.`,
    );
  return null;
}
