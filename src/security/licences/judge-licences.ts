import type { Finding } from '../../reports/finding.ts';
import type { Component, Inventory } from '../components/component.ts';
import { waysIn } from '../components/way-in.ts';
import { isAllowed, licenceExpression } from './licence-expression.ts';

/** How many packages have a licence. */
export interface LicenceCount {
  /** As an SPDX expression, or as the package says it; null: it says none. */
  readonly licence: string | null;
  readonly isSpdx: boolean;
  /** `name@version`, sorted, each once. */
  readonly packages: readonly string[];
  /** Null where the project allows every licence. */
  readonly isAllowed: boolean | null;
}

/** The packages by licence, the most used first. */
export function countLicences(
  inventories: readonly Inventory[],
  allowed: readonly string[] | null,
): readonly LicenceCount[] {
  const counts = new Map<string | null, Set<string>>();
  for (const component of inventories.flatMap(others)) {
    const licence =
      component.licence === null ? null : (licenceExpression(component.licence) ?? component.licence);
    counts.set(licence, (counts.get(licence) ?? new Set()).add(nameOf(component)));
  }
  return [...counts]
    .map(([licence, packages]) => {
      const expression = licence === null ? null : licenceExpression(licence);
      return {
        licence,
        isSpdx: expression !== null,
        packages: [...packages].toSorted(),
        isAllowed: allowed === null ? null : expression !== null && isAllowed(expression, allowed),
      };
    })
    .toSorted(
      (one, other) =>
        other.packages.length - one.packages.length ||
        (one.licence ?? '~').localeCompare(other.licence ?? '~', 'en'),
    );
}

/**
 * The packages whose licence the project does not allow, or that have none that can be read. What is only for development
 * is no part of what is given away, and so of little weight.
 */
export function judgeLicences(
  inventories: readonly Inventory[],
  allowed: readonly string[] | null,
  canBeKnown: (component: Component) => boolean,
): readonly Finding[] {
  if (allowed === null) return [];
  return inventories.flatMap((inventory) => {
    const wayTo = waysIn(inventory);
    return others(inventory).flatMap((component) => {
      const { licence, scope } = component;
      const expression = licence === null ? null : licenceExpression(licence);
      if (expression !== null && isAllowed(expression, allowed)) return [];
      if (licence === null && !canBeKnown(component)) return [];
      const way = wayTo(component.id);
      const through = way.length > 1 ? `; it comes in by ${way.join(' > ')}` : '';
      return [
        {
          ...(expression === null ? UNKNOWN : NOT_ALLOWED),
          severity: scope === 'dev' ? ('low' as const) : ('high' as const),
          message: `${nameOf(component)} ${wordsOf(licence, expression)}${through}.`,
          hint: 'Do without it, add its license to ci.security.licences, or write an exception with a reason.',
          tool: 'licences',
          place: { path: inventory.source, line: null },
          package: nameOf(component),
          url: null,
        },
      ];
    });
  });
}

const UNKNOWN = { id: 'licence-unknown', title: 'A package whose license is not known' };
const NOT_ALLOWED = {
  id: 'licence-not-allowed',
  title: 'A package whose license the project does not allow',
};

function wordsOf(licence: string | null, expression: string | null): string {
  if (licence === null) return 'states no license';
  return expression === null
    ? `has a license that is not an SPDX expression, "${licence.slice(0, 100)}"`
    : `has the license ${expression}`;
}

function others({ components }: Inventory): readonly Component[] {
  return components.filter(({ isOwn }) => !isOwn);
}

function nameOf({ name, version }: Component): string {
  return `${name}@${version}`;
}
