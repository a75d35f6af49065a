import { bareName, sayObject, sayWhole, type CatalogObject } from './catalog.ts';
import { functionUses } from './function-uses.ts';
import { codeOnly } from './removed-object.ts';
import type { CatalogPair, Judged } from './catalog-pair.ts';

/** What it means for code that does not know of a column that a table has it now; null: nothing. */
export function addedColumn(object: CatalogObject, pair: CatalogPair): Judged | null {
  const { of, facts } = object;
  const what = sayWhole(object);
  const isRelation =
    pair.find('after', { kind: 'relation', of: null, name: of ?? '' })?.facts.form === 'table';
  // Those of a view are its definition's.
  if (!isRelation) return null;
  const isFilled = (facts.default ?? null) !== null || (facts.filledBy ?? '') !== '';
  if (facts.isNotNull === true && !isFilled) return required(object, pair);
  if (facts.filledBy === 'generated')
    return codeOnly(`${what} is computed from what is written: where that fails, the row is refused.`);
  if (facts.isConstrainedType === true)
    return codeOnly(`${what} has a type that refuses values, perhaps the one that it has by itself.`);
  if (!isHarmlessDefault(facts.default ?? null))
    return codeOnly(
      `${what} gets its value from ${facts.default ?? ''}: where the login may not use that, or it fails, the row is refused.`,
    );
  if (facts.runsOut === true)
    return codeOnly(
      `${what} is numbered by a sequence that soon ends: from then on every new row is refused.`,
    );
  if (facts.isIncomparable === true)
    return codeOnly(
      `${what} has a type whose values cannot be compared: a query with DISTINCT, GROUP BY or UNION over all columns is refused.`,
    );
  return ambiguous(object, pair) ?? likeRelation(object, pair) ?? functionUses(object, pair);
}

function required({ of, name }: CatalogObject, pair: CatalogPair): Judged {
  const what = `${sayObject(of ?? '')}.${name}`;
  const isFilledByTrigger = pair
    .ofRelation('after', of ?? '')
    .some(({ kind, facts }) => kind === 'trigger' && facts.firesBeforeInsert === true);
  if (isFilledByTrigger) return codeOnly(`${what} must have a value, which only a trigger can give it.`);
  return {
    limit: 'forward-only',
    reason: `${what} must have a value and has no default: every row that the release before puts into ${sayObject(of ?? '')} is refused.`,
  };
}

/** A constant, the time, or a random uuid: nobody needs a right for that, and it cannot fail. */
const HARMLESS =
  /^(-?[\d.]+|true|false|null|current_(date|timestamp)(\(\d\))?|now\(\)|gen_random_uuid\(\)|uuidv[47]\(\)|'(?:[^']|'')*')(::[\w\s."[\]]+(\([\d,\s]+\))?[\w\s[\]]*)?$/i;

function isHarmlessDefault(value: string | null): boolean {
  return value === null || HARMLESS.test(value.replace(/^\((.*)\)((::.*)?)$/, '$1$2'));
}

/** `SELECT orders FROM orders` means the whole row, unless there is a column of that name. */
function likeRelation(object: CatalogObject, { before }: CatalogPair): Judged | null {
  const relation = before.objects.find(
    ({ kind, name }) => kind === 'relation' && bareName(name) === object.name,
  );
  if (relation === undefined) return null;
  return codeOnly(
    `${sayWhole(object)} has the name of a table: a query that means a whole row by ${object.name} gets the column instead.`,
  );
}

/** A name that another table has, too: a query that joins both and does not say whose it means is refused. */
function ambiguous({ of, name }: CatalogObject, { before }: CatalogPair): Judged | null {
  const other = before.objects.find(
    (object) => object.kind === 'column' && object.name === name && object.of !== of,
  );
  if (other?.of === undefined || other.of === null) return null;
  return codeOnly(
    `${sayObject(of ?? '')}.${name} has the name of a column of ${sayObject(other.of)}: a query that joins the two and says only ${name} is refused.`,
  );
}
