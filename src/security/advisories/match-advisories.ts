import type { Finding } from '../../reports/finding.ts';
import type { Component, Inventory } from '../components/component.ts';
import { waysIn } from '../components/way-in.ts';
import { orderOf } from '../versions/compare-versions.ts';
import { affectedAt } from './affected-range.ts';
import { dependencyFinding } from './dependency-finding.ts';
import { severityOf, type OsvAdvisory, type OsvAffected } from './osv.ts';

/** The advisories of a file, put in order by the package they are about. */
export type AdvisoryIndex = ReadonlyMap<
  string,
  readonly { readonly advisory: OsvAdvisory; readonly affected: OsvAffected }[]
>;

/** Puts advisories in order. Withdrawn ones are left out. */
export function indexAdvisories(advisories: readonly OsvAdvisory[]): AdvisoryIndex {
  const index = new Map<string, { advisory: OsvAdvisory; affected: OsvAffected }[]>();
  for (const advisory of advisories) {
    if (advisory.withdrawn !== undefined) continue;
    for (const affected of advisory.affected ?? []) {
      const key = keyOf(affected.package?.ecosystem ?? '', affected.package?.name ?? '');
      index.set(key, [...(index.get(key) ?? []), { advisory, affected }]);
    }
  }
  return index;
}

/** What is known against the packages of an inventory. */
export function matchAdvisories(
  index: AdvisoryIndex,
  inventory: Inventory,
  tool: string,
): readonly Finding[] {
  const wayTo = waysIn(inventory);
  return inventory.components.flatMap((component) => {
    if (component.isOwn) return [];
    const { ecosystem, name, version } = osvPackage(component);
    const compare = orderOf(ecosystem);
    if (compare === null) return [];
    const known = index.get(keyOf(ecosystem, name)) ?? [];
    return known.flatMap(({ advisory, affected }) => {
      const hit = isOfRelease(affected, component) ? affectedAt(affected, version, compare) : null;
      if (hit === null) return [];
      return dependencyFinding({
        id: advisory.id,
        aliases: [...(advisory.aliases ?? []), ...(advisory.upstream ?? [])],
        severity: severityOf(advisory, affected),
        title: advisory.summary ?? firstLine(advisory.details) ?? 'A known vulnerability',
        url: urlOf(advisory),
        fixed: hit.fixed,
        component,
        way: wayTo(component.id),
        source: inventory.source,
        tool,
      });
    });
  });
}

function keyOf(ecosystem: string, name: string): string {
  // A release of a distribution is looked at later.
  return `${ecosystem.split(':')[0]} ${name}`;
}

/** What OSV calls it. Distributions speak of source packages. */
function osvPackage({ ecosystem, name, version, release, origin }: Component): {
  readonly ecosystem: string;
  readonly name: string;
  readonly version: string;
} {
  const names: Readonly<Record<string, string>> = { npm: 'npm', hex: 'Hex' };
  return {
    ecosystem: names[ecosystem] ?? release ?? ecosystem,
    name: origin?.name ?? name,
    version: origin?.version ?? version,
  };
}

/** An advisory of `Debian:12` says nothing of Debian 11; one of `Debian` speaks of all of them. */
function isOfRelease({ package: about }: OsvAffected, { release }: Component): boolean {
  const [, wanted] = about?.ecosystem?.split(':') ?? [];
  return wanted === undefined || release === null || release.split(':')[1] === wanted;
}

function urlOf({ id, references = [] }: OsvAdvisory): string {
  if (id.startsWith('GHSA-')) return `https://github.com/advisories/${id}`;
  return references.find(({ type }) => type === 'ADVISORY')?.url ?? `https://osv.dev/vulnerability/${id}`;
}

function firstLine(text: string | undefined): string | undefined {
  return text?.split('\n').find((line) => line.trim() !== '');
}
