import type { CatalogPair } from './catalog-pair.ts';
import type { CatalogObject, RowEvent } from './catalog.ts';

/** Whether rows that a foreign key refers to can be deleted, whatever refers to them, and to what goes along. */
export function letsBeDeleted(key: CatalogObject, pair: CatalogPair): boolean {
  return passesOn(key, pair, 'delete', []);
}

/** Whether the key that a foreign key refers to can be changed, or is one that nobody changes. */
export function letsKeyChange(key: CatalogObject, pair: CatalogPair): boolean {
  return key.facts.isKeyFixed === true || passesOn(key, pair, 'update', []);
}

/** Whether what is done to a row of the other table can be done to those of this one: nothing in it may refuse. */
function passesOn(
  key: CatalogObject,
  pair: CatalogPair,
  event: Extract<RowEvent, 'delete' | 'update'>,
  seen: readonly CatalogObject[],
): boolean {
  if (seen.includes(key)) return true;
  const { of, facts } = key;
  const action = event === 'delete' ? facts.onDelete : facts.onUpdate;
  const own = pair.ofRelation('after', of ?? '');
  if (action === 'set null') {
    const emptied = (event === 'delete' ? facts.emptied : facts.columns) ?? [];
    return !reacts(own, 'update') && canBeEmptied(own, emptied, key) && !isReferredTo(key, emptied, pair);
  }
  if (action !== 'cascade' || reacts(own, event)) return false;
  if (event === 'update') {
    const changed = facts.columns ?? [];
    // With the key NULL comes along, where NOT NULL refuses it.
    if (facts.canKeyBeNull === true && mustHave(own, changed)) return false;
    return !isNamedElsewhere(own, changed, key) && !isReferredTo(key, changed, pair);
  }
  // What goes along may be referred to itself.
  return pair.after.objects
    .filter(({ kind, facts: { references } }) => kind === 'constraint' && references === of)
    .every((other) => passesOn(other, pair, 'delete', [...seen, key]));
}

function reacts(own: readonly CatalogObject[], event: RowEvent): boolean {
  return own.some(
    ({ kind, facts }) => kind === 'rule' || (kind === 'trigger' && facts.fires?.includes(event) === true),
  );
}

function canBeEmptied(
  own: readonly CatalogObject[],
  columns: readonly string[],
  key: CatalogObject,
): boolean {
  return !mustHave(own, columns) && !isNamedElsewhere(own, columns, key);
}

function mustHave(own: readonly CatalogObject[], columns: readonly string[]): boolean {
  return own.some(
    ({ kind, name, facts }) =>
      kind === 'column' &&
      columns.includes(name) &&
      (facts.isNotNull === true || facts.isConstrainedType === true),
  );
}

/** Whether another constraint, or an index that computes, is about these columns: it may refuse what is set. */
function isNamedElsewhere(
  own: readonly CatalogObject[],
  columns: readonly string[],
  key: CatalogObject,
): boolean {
  return own.some(
    (other) =>
      other !== key &&
      isStrict(other) &&
      (other.facts.columns ?? []).some((column) => columns.includes(column)),
  );
}

/** No two rows have NULL in common, and what was different stays so. */
function isStrict({ kind, facts }: CatalogObject): boolean {
  if (kind !== 'constraint' && kind !== 'index') return false;
  if (facts.isNullsNotDistinct === true || facts.computes === true) return true;
  return kind === 'constraint' && facts.isUnique !== true;
}

/** Whether a foreign key of another table is about a key of this one that would change. */
function isReferredTo({ of }: CatalogObject, columns: readonly string[], pair: CatalogPair): boolean {
  const isUnique = pair
    .ofRelation('after', of ?? '')
    .some(
      ({ facts }) =>
        facts.isUnique === true && (facts.columns ?? []).some((column) => columns.includes(column)),
    );
  return (
    isUnique && pair.after.objects.some(({ kind, facts }) => kind === 'constraint' && facts.references === of)
  );
}
