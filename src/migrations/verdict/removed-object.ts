import { sayObject, sayWhole, type CatalogObject } from './catalog.ts';
import type { Judged } from './catalog-pair.ts';

/** What it means for code that knew an object that it is not there any more. A new name is a loss of the old one. */
export function removedObject(object: CatalogObject): Judged {
  const { kind, of, name, facts } = object;
  const what = sayWhole(object);
  switch (kind) {
    case 'relation':
      return gone(`The ${facts.form ?? 'table'} ${what} is gone: whatever reads or writes it fails.`);
    case 'column':
      return gone(`The column ${what} is gone: whatever names it fails.`);
    case 'schema':
    case 'type':
    case 'function':
    case 'sequence':
      return gone(`The ${kind} ${sayObject(name)} is gone: whatever uses it fails.`);
    case 'extension':
      return gone(`The extension ${name} is gone: whatever uses what it brought fails.`);
    case 'collation':
    case 'text search configuration':
    case 'text search dictionary':
    case 'language':
    case 'foreign server':
    case 'foreign data wrapper':
    case 'user mapping':
      return gone(`The ${kind} ${sayObject(name)} is gone: whatever uses it fails.`);
    case 'publication':
      return codeOnly(`The publication ${name} is gone: whoever follows it gets no changes any more.`);
    case 'operator':
    case 'cast':
      return gone(`The ${kind} ${name} is gone: a query that needs it fails.`);
    case 'constraint':
      return removedConstraint(object, what);
    case 'index':
      return facts.isUnique === true
        ? gone(
            `The unique index ${name} of ${sayObject(of ?? '')} is gone: ON CONFLICT that needs it fails, and rows may be there twice.`,
          )
        : codeOnly(
            `The index ${name} of ${sayObject(of ?? '')} is gone: queries that it made quick take longer.`,
          );
    case 'trigger':
    case 'rule':
    case 'policy':
    case 'event trigger':
      return codeOnly(`The ${kind} ${what} is gone: what it did or checked is not done any more.`);
    case 'setting':
      return codeOnly(`A setting of ${name} is gone: sessions begin with another one.`);
    default:
      return codeOnly(`${what} is gone.`);
  }
}

function removedConstraint({ facts, name, of }: CatalogObject, what: string): Judged {
  if (facts.isUnique === true)
    return gone(
      `The ${facts.form ?? 'unique'} constraint ${name} of ${sayObject(of ?? '')} is gone: ON CONFLICT that needs it fails, and rows may be there twice.`,
    );
  return codeOnly(
    `The ${facts.form ?? ''} constraint ${what} is gone: rows that it kept out may come in, and the release before does not expect them.`,
  );
}

/** Code that relies on it fails, every time. */
export function gone(reason: string): Judged {
  return { limit: 'gone', reason };
}

/** Code that does not know of it may meet it. */
export function codeOnly(reason: string): Judged {
  return { limit: 'code-only', reason };
}
