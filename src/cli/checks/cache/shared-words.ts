import type { ResolvedRemoteCache } from '../../../config/resolved-ci.ts';

/**
 * Where results are shared, and why this machine does not take part where it does not: `http`, `nothing
 * (ci.cache.remote)`. Nothing is asked over the network.
 */
export function sharedWords(
  { remote, trust }: { readonly remote: ResolvedRemoteCache | null; readonly trust: readonly string[] },
  env: Readonly<Record<string, string | undefined>>,
): string {
  if (remote === null) return 'nothing (ci.cache.remote)';
  const missing = namesOf(remote).filter((name) => (env[name] ?? '') === '');
  if (missing.length > 0) return `${remote.kind}, not used here: ${missing.join(' and ')} not set`;
  // Only GitHub itself keeps apart what the main branch and pull requests store.
  if (remote.kind !== 'github' && trust.length === 0)
    return `${remote.kind}, not used: ci.cache.trust names no key (glidepath ci cache keygen)`;
  return remote.kind;
}

function namesOf(remote: ResolvedRemoteCache): readonly string[] {
  if (remote.kind === 'http') return remote.token === null ? [] : [remote.token];
  if (remote.kind === 's3') return [remote.accessKeyId, remote.secretAccessKey];
  return ['ACTIONS_RESULTS_URL', 'ACTIONS_RUNTIME_TOKEN'];
}
