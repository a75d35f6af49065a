import type { Severity } from '../../config/definition/ci-definition.ts';
import type { Finding } from '../../reports/finding.ts';
import type { Component } from '../components/component.ts';

/** What is said of one package by one advisory. */
export interface DependencyFinding {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly severity: Severity;
  readonly title: string;
  readonly url: string | null;
  /** The first version without it. */
  readonly fixed: string | null;
  readonly component: Component;
  /** Names with versions, from a package of the repository on. */
  readonly way: readonly string[];
  /** The lock file, or the image. */
  readonly source: string;
  readonly tool: string;
}

/** An advisory as a finding: how the package comes in, and how to be rid of it. */
export function dependencyFinding(about: DependencyFinding): Finding {
  const { component, way, source } = about;
  const exact = `${component.name}@${component.version}`;
  const through = way.length > 1 ? `; it comes in by ${way.join(' > ')}` : '';
  const dev = component.scope === 'dev' ? ' (only to develop and test)' : '';
  return {
    id: about.id,
    aliases: about.aliases,
    title: about.title.replace(/\.$/, ''),
    severity: about.severity,
    message: `${exact}${dev}: ${about.title.replace(/\.$/, '')}${through}.`,
    hint: hintOf(about),
    tool: about.tool,
    place: { path: source, line: null },
    package: exact,
    url: about.url,
  };
}

function hintOf({ component: { ecosystem, name }, fixed, way, source }: DependencyFinding): string {
  if (fixed === null)
    return `No version without it is known. Do without ${name}, or write an exception with a reason in ci.security.exceptions.`;
  // Behind a package of the repository and this one there is nobody else.
  const isDirect = way.length <= 2;
  const command = commandOf({ ecosystem, name, fixed, isDirect, lock: source.split('/').at(-1) ?? '' });
  return `Fixed in ${fixed}: ${command}`;
}

interface Update {
  readonly ecosystem: Component['ecosystem'];
  readonly name: string;
  readonly fixed: string;
  readonly isDirect: boolean;
  readonly lock: string;
}

function commandOf({ ecosystem, name, fixed, isDirect, lock }: Update): string {
  if (ecosystem === 'hex') return `mix deps.update ${name}`;
  if (ecosystem === 'deb' || ecosystem === 'apk') return 'build the image on a newer base image.';
  const exact = `${name}@^${fixed}`;
  if (lock === 'pnpm-lock.yaml')
    return isDirect ? `pnpm update ${exact}` : `pnpm update --depth Infinity ${name}`;
  if (lock === 'yarn.lock') return isDirect ? `yarn upgrade ${exact}` : `yarn up --recursive ${name}`;
  return isDirect ? `npm install ${exact}` : `npm update ${name}`;
}
