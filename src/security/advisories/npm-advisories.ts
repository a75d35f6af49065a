import type { Finding } from '../../reports/finding.ts';
import type { Inventory } from '../components/component.ts';
import { waysIn } from '../components/way-in.ts';
import { isInNpmRange } from '../versions/npm-version.ts';
import { dependencyFinding } from './dependency-finding.ts';
import { severityOfWord } from './osv.ts';

/** What a registry of npm answers to `POST /-/npm/v1/security/advisories/bulk`: advisories by the name of the package. */
export type BulkAdvisories = Readonly<Record<string, readonly BulkAdvisory[]>>;

/** One advisory of the answer. */
export interface BulkAdvisory {
  readonly id?: number | string;
  readonly url?: string;
  readonly title?: string;
  readonly severity?: string;
  readonly vulnerable_versions?: string;
}

/** The question: every version of every package of npm, of all lock files. */
export function bulkQuestion(inventories: readonly Inventory[]): Readonly<Record<string, readonly string[]>> {
  const versions = new Map<string, Set<string>>();
  for (const { ecosystem, name, version } of inventories.flatMap(({ components }) => components)) {
    // A commit is no version; the registry would refuse the question.
    if (ecosystem !== 'npm' || !/^\d+\./.test(version)) continue;
    versions.set(name, (versions.get(name) ?? new Set()).add(version));
  }
  const names = [...versions.keys()].toSorted();
  return Object.fromEntries(names.map((name) => [name, [...(versions.get(name) ?? [])].toSorted()]));
}

/** What the answer says of the packages of an inventory. */
export function matchBulkAdvisories(answer: BulkAdvisories, inventory: Inventory): readonly Finding[] {
  const wayTo = waysIn(inventory);
  return inventory.components.flatMap((component) => {
    if (component.ecosystem !== 'npm' || component.isOwn) return [];
    const known = Object.hasOwn(answer, component.name) ? (answer[component.name] ?? []) : [];
    return known
      .filter(({ vulnerable_versions: range }) => isInNpmRange(component.version, range ?? '*'))
      .map((advisory) =>
        dependencyFinding({
          id: idOf(advisory),
          aliases: [],
          severity: severityOfWord(advisory.severity) ?? 'high',
          title: advisory.title ?? 'A known vulnerability',
          url: advisory.url ?? null,
          fixed: fixedOf(component.version, advisory.vulnerable_versions ?? '*'),
          component,
          way: wayTo(component.id),
          source: inventory.source,
          tool: 'npm-advisories',
        }),
      );
  });
}

function idOf({ id, url }: BulkAdvisory): string {
  return /GHSA(-[a-z0-9]{4}){3}/.exec(url ?? '')?.[0] ?? `npm-${String(id)}`;
}

/** `>=1.0.0 <1.2.3 || …`: the first version behind the part that this one is in. */
function fixedOf(version: string, range: string): string | null {
  const part = range.split('||').find((each) => isInNpmRange(version, each));
  return /<\s*(\d[\w.+-]*)/.exec(part ?? '')?.[1] ?? null;
}
