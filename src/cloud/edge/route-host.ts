import type { EdgeApp } from './directory.ts';

/**
 * Suffixes under which every app answers: `.localhost` for browsers, `.fly.dev` as on Fly, `.flycast` for callers that
 * kept the private name in their Host header.
 */
const APP_SUFFIXES = ['.localhost', '.fly.dev', '.flycast'] as const;

/** Which app a Host header means, by the custom hosts of all apps first and the well-known suffixes then. */
export function appOfHost(host: string | undefined, apps: readonly EdgeApp[]): string | null {
  const name = hostName(host);
  if (name === null) return null;
  const custom = holderOf(name, apps) ?? holderOf(`*.${name.slice(name.indexOf('.') + 1)}`, apps);
  if (custom !== undefined) return custom.name;
  for (const suffix of APP_SUFFIXES) {
    if (!name.endsWith(suffix)) continue;
    const app = name.slice(0, -suffix.length);
    return apps.some((each) => each.name === app) ? app : null;
  }
  return null;
}

function holderOf(host: string, apps: readonly EdgeApp[]): EdgeApp | undefined {
  return apps.find((app) => app.hosts.some((each) => each.toLowerCase() === host));
}

/** The name in a Host header without port and final dot, in lower case; null when there is none. */
function hostName(host: string | undefined): string | null {
  if (host === undefined || host === '') return null;
  const name = host.toLowerCase().replace(/:\d*$/u, '').replace(/\.$/u, '');
  return name === '' ? null : name;
}
