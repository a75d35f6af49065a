import type { Finding } from '../../reports/finding.ts';
import type { Component, Inventory } from '../components/component.ts';
import { waysIn } from '../components/way-in.ts';
import { dependencyFinding } from './dependency-finding.ts';
import { severityOfWord } from './osv.ts';

/** What of `mix deps.audit --format json` (mix_audit) is read. */
interface DepsAudit {
  readonly vulnerabilities?: readonly {
    readonly advisory?: {
      readonly id?: string;
      readonly cve?: string | null;
      readonly title?: string;
      readonly url?: string;
      readonly severity?: string;
      readonly package?: string;
      readonly first_patched_versions?: readonly string[];
      readonly patched_versions?: readonly string[];
    };
    readonly dependency?: { readonly package?: string; readonly version?: string };
  }[];
}

/** The findings of `mix deps.audit --format json`; null for text that is none of its answers. */
export function readDepsAudit(text: string, inventory: Inventory): readonly Finding[] | null {
  const audit = parsed(text);
  if (audit === null) return null;
  return (audit.vulnerabilities ?? []).flatMap(({ advisory = {}, dependency = {} }) => {
    const name = dependency.package ?? advisory.package ?? '';
    const patched = advisory.first_patched_versions ?? advisory.patched_versions ?? [];
    return findingFor(inventory, name, dependency.version ?? null, {
      id: advisory.id ?? 'mix-audit',
      aliases: advisory.cve === undefined || advisory.cve === null ? [] : [cveOf(advisory.cve)],
      severity: severityOfWord(advisory.severity) ?? 'high',
      title: advisory.title ?? 'A known vulnerability',
      url: advisory.url ?? null,
      fixed: /\d+\.\d+\.\d+[\w.+-]*/.exec(patched[0] ?? '')?.[0] ?? null,
      tool: 'mix-deps-audit',
    });
  });
}

/**
 * The findings of `mix hex.audit`: packages whose author took the version back, as rows of a table: name, version and reason.
 * Null for text that holds none, although mix said that there are some.
 */
export function readHexAudit(text: string, inventory: Inventory): readonly Finding[] | null {
  // oxlint-disable-next-line no-control-regex -- the escape sequences of colours are control characters
  const plain = text.replace(/\u001B\[[0-9;]*m/g, '');
  const found = plain.split('\n').flatMap((row) => {
    const [, name = '', version = '', reason = ''] =
      /^\s*([a-z][a-z0-9_]*)\s+(\d+\.\d+\.\d\S*)\s+(\S.*)$/.exec(row) ?? [];
    if (name === '') return [];
    return findingFor(inventory, name, version, {
      id: `hex-retired-${name}`,
      aliases: [],
      severity: /security/i.test(reason) ? 'high' : 'moderate',
      title: `its authors took the version back: ${reason.trim()}`,
      url: `https://hex.pm/packages/${name}/${version}`,
      fixed: null,
      tool: 'mix-hex-audit',
    });
  });
  return found.length > 0 || /no retired packages/i.test(plain) ? found : null;
}

function parsed(text: string): DepsAudit | null {
  // mix may say that it compiles something before it answers.
  const line = text.split('\n').find((each) => each.trimStart().startsWith('{'));
  try {
    const audit = JSON.parse(line ?? '') as DepsAudit | null;
    return typeof audit === 'object' && audit !== null && Array.isArray(audit.vulnerabilities) ? audit : null;
  } catch {
    return null;
  }
}

function cveOf(cve: string): string {
  return cve.startsWith('CVE-') ? cve : `CVE-${cve}`;
}

function findingFor(
  inventory: Inventory,
  name: string,
  version: string | null,
  about: Omit<Parameters<typeof dependencyFinding>[0], 'component' | 'way' | 'source'>,
): readonly Finding[] {
  const component = inventory.components.find(
    (each: Component) => each.name === name && (version === null || each.version === version),
  );
  if (component === undefined) return [];
  return [
    dependencyFinding({
      ...about,
      component,
      way: waysIn(inventory)(component.id),
      source: inventory.source,
    }),
  ];
}
