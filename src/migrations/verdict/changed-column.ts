import { sayWhole, type CatalogObject } from './catalog.ts';
import { codeOnly, gone } from './removed-object.ts';
import type { CatalogPair, Judged } from './catalog-pair.ts';

/** What it means for code that knew a column as it was that it is otherwise now; null: nothing. */
export function changedColumn(before: CatalogObject, after: CatalogObject, pair: CatalogPair): Judged | null {
  const [had, has] = [before.facts, after.facts];
  const what = sayWhole(after);
  const form = pair.find('after', { kind: 'relation', of: null, name: after.of ?? '' })?.facts.form;
  // Those of a view are its definition's, which is compared itself; but for what is put in through it.
  if (form?.includes('view') === true) {
    if (had.type !== has.type) return codeOnly(`${what} is ${has.type ?? ''} and was ${had.type ?? ''}.`);
    return had.default === has.default
      ? null
      : codeOnly(`${what} has another default: a row that leaves it out gets another value.`);
  }
  if (had.type !== has.type)
    return codeOnly(
      `${what} is ${has.type ?? ''} and was ${had.type ?? ''}: a value of either need not be one of the other, nor be read as it was.`,
    );
  if (had.filledBy !== has.filledBy || had.definition !== has.definition)
    return codeOnly(
      `${what} is filled, computed or compared otherwise: what is written to it may be refused.`,
    );
  const mustBeGiven = has.isNotNull === true && had.isNotNull === true;
  if (had.default !== has.default) {
    if ((has.default ?? null) === null && mustBeGiven)
      return gone(`${what} has lost its default and must have a value: a row that leaves it out is refused.`);
    // Who always had to give a value is not touched by one that is there for others.
    if (!(mustBeGiven && (had.default ?? null) === null))
      return codeOnly(`${what} has another default: a row that leaves it out gets another value.`);
  }
  if (had.isNotNull === has.isNotNull) return null;
  return has.isNotNull === true
    ? codeOnly(`${what} must have a value now: a row without one is refused.`)
    : codeOnly(`${what} may be NULL now: the release before may read one, and does not expect it.`);
}
