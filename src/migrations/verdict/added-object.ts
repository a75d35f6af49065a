import { addedColumn } from './added-column.ts';
import { sayObject, sayWhole, type CatalogObject } from './catalog.ts';
import { letsBeDeleted, letsKeyChange } from './foreign-key-limits.ts';
import { newlyRefusing } from './newly-refusing.ts';
import { codeOnly } from './removed-object.ts';
import type { CatalogPair, Judged } from './catalog-pair.ts';

/** What it means for code that does not know of an object that it is there now; null: nothing. */
export function addedObject(object: CatalogObject, pair: CatalogPair): Judged | null {
  const { kind, of, name, facts } = object;
  const isOnOld = of !== null && pair.wasThere(of);
  switch (kind) {
    case 'relation':
      return addedRelation(object, pair);
    case 'column':
      return isOnOld ? addedColumn(object, pair) : addedAttribute(object, pair);
    case 'constraint':
      return addedConstraint(object, isOnOld, pair);
    case 'index':
      return isOnOld ? addedIndex(object, pair) : null;
    case 'trigger':
    case 'rule':
    case 'policy':
      return isOnOld
        ? codeOnly(
            `The ${kind} ${sayWhole(object)} is new: it acts on what the release before writes or reads.`,
          )
        : null;
    case 'publication':
      return addedPublication(object, pair);
    case 'user mapping':
      return codeOnly(
        `The user mapping ${name} is new: queries of foreign tables may sign in by another login.`,
      );
    case 'event trigger':
    case 'setting':
      return codeOnly(`The ${kind} ${name} is new: it acts on every session.`);
    case 'type':
    case 'function':
    case 'sequence':
      return facts.hasNamesake === true ? namesake(kind, name) : null;
    case 'operator':
    case 'cast':
      return isOfNewType(object, pair)
        ? null
        : codeOnly(
            `The ${kind} ${name} is new, for types that were there: a query may come to mean another.`,
          );
    default:
      return null;
  }
}

function namesake(kind: string, name: string): Judged {
  return codeOnly(
    `The ${kind} ${sayObject(name)} is new, and another one has its name: a query that does not say which may get this one.`,
  );
}

function addedRelation({ name, facts }: CatalogObject, pair: CatalogPair): Judged | null {
  const form = facts.form ?? 'table';
  const parents = (facts.parents ?? []).filter((parent) => pair.wasThere(parent));
  if (parents.length > 0)
    return codeOnly(
      `The table ${sayObject(name)} is new below ${parents.map(sayObject).join(', ')}: whoever reads or writes that gets to its rows.`,
    );
  return facts.hasNamesake === true ? namesake(form, name) : null;
}

/** A new attribute of a type that was there. */
function addedAttribute(object: CatalogObject, { before }: CatalogPair): Judged | null {
  const { of } = object;
  const isOfOldType = before.objects.some(({ kind, name }) => kind === 'type' && name === of);
  return isOfOldType ? codeOnly(`${sayWhole(object)} is new: values of that type have one part more.`) : null;
}

function addedConstraint(object: CatalogObject, isOnOld: boolean, pair: CatalogPair): Judged | null {
  const { of, name, facts } = object;
  const table = sayObject(of ?? '');
  if (facts.form === 'foreign key') {
    const target = facts.references ?? '';
    if (isOnOld && !areNew(object, pair))
      return codeOnly(`The foreign key ${name} of ${table} is new: a row that it does not allow is refused.`);
    if (!pair.wasThere(target)) return null;
    if (!letsBeDeleted(object, pair) || !letsKeyChange(object, pair))
      return codeOnly(
        `The foreign key ${name} of ${table} is new: rows of ${sayObject(target)} that it refers to can no longer be deleted, or have their key changed.`,
      );
    return isOnOld && facts.onDelete === 'cascade'
      ? codeOnly(
          `The foreign key ${name} of ${table} is new: who deletes a row of ${sayObject(target)} deletes rows of ${table} with it.`,
        )
      : null;
  }
  if (!isOnOld) return null;
  if (facts.form === 'unique' && isNeverViolated(object, pair)) return null;
  return codeOnly(
    `The ${facts.form ?? ''} constraint ${name} of ${table} is new: a row that it does not allow is refused.`,
  );
}

function addedPublication(object: CatalogObject, pair: CatalogPair): Judged | null {
  if (object.facts.filters === true)
    return codeOnly(
      `The publication ${object.name} is new and has some rows or columns alone: a change that it cannot tell is refused.`,
    );
  return newlyRefusing(object, [], pair);
}

function addedIndex(object: CatalogObject, pair: CatalogPair): Judged | null {
  const { of, name, facts } = object;
  const table = sayObject(of ?? '');
  if (facts.computes === true)
    return codeOnly(
      `The index ${name} of ${table} is new and computes something of each row: where that fails, the row is refused.`,
    );
  if (facts.isUnique !== true || isNeverViolated(object, pair)) return null;
  return codeOnly(`The unique index ${name} of ${table} is new: a row that is there already is refused.`);
}

/** Whether code that does not know of the columns always leaves them NULL, which no two rows have in common. */
function isNeverViolated(object: CatalogObject, pair: CatalogPair): boolean {
  return (
    object.facts.isNullsNotDistinct !== true &&
    (object.facts.columns ?? []).length > 0 &&
    areNew(object, pair)
  );
}

/** Whether all that it names are new columns, empty in every row that code writes which does not know of them. */
function areNew({ of, facts }: CatalogObject, pair: CatalogPair): boolean {
  return (facts.columns ?? []).every((name) => {
    const column = { kind: 'column' as const, of, name };
    const added = pair.find('after', column);
    return (
      pair.find('before', column) === null &&
      (added?.facts.default ?? null) === null &&
      (added?.facts.filledBy ?? '') === ''
    );
  });
}

function isOfNewType({ facts }: CatalogObject, { before, after }: CatalogPair): boolean {
  const had = new Set(before.objects.filter(({ kind }) => kind === 'type').map(({ name }) => name));
  const fresh = after.objects.filter(({ kind, name }) => kind === 'type' && !had.has(name));
  return fresh.some(({ name }) => (facts.types ?? []).includes(name));
}
