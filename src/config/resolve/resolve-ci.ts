import type { CacheDefinition, SecurityException, Severity } from '../definition/ci-definition.ts';
import type { ProjectDefinition } from '../definition/project-definition.ts';
import { parseDay } from '../../util/parse-day.ts';
import type { ResolvedException, ResolvedProject, ResolvedRemoteCache } from '../resolved.ts';
import { parseSize } from './parse-size.ts';

/** A few hundred results of checks with their builds. */
const CACHE_BYTES = 5_000_000_000;

/** What a security check refuses unless the project says otherwise: what is being exploited, and not every advisory. */
export const FAIL_ON: Severity = 'high';

const DAY_MS = 86_400_000;

/** The cache, the container and the security of the checks. */
export function resolveCi({
  ci,
}: ProjectDefinition): Pick<ResolvedProject, 'cache' | 'checkContainer' | 'security'> {
  const { container, security } = ci ?? {};
  return {
    cache: {
      maxBytes: parseSize(ci?.cache?.size ?? '') ?? CACHE_BYTES,
      remote: resolveRemote(ci?.cache?.remote),
      trust: ci?.cache?.trust ?? [],
    },
    checkContainer:
      container === undefined
        ? null
        : {
            dockerfile: container.dockerfile ?? null,
            target: container.target ?? null,
            image: container.image ?? null,
          },
    security: {
      failOn: security?.failOn ?? FAIL_ON,
      exceptions: (security?.exceptions ?? []).map(resolveException),
      advisories: security?.advisories ?? null,
      licences: security?.licences ?? null,
    },
  };
}

/** It holds to the end of its day, wherever it is read. */
export function resolveException({ id, reason, expires, in: where }: SecurityException): ResolvedException {
  return { id, in: where ?? null, reason, expiresAt: (parseDay(expires) ?? 0) + DAY_MS };
}

function resolveRemote(remote: CacheDefinition['remote']): ResolvedRemoteCache | null {
  if (remote === undefined) return null;
  if (remote.kind === 'http') return { ...remote, token: remote.token ?? null };
  if (remote.kind === 'github') return remote;
  return {
    ...remote,
    endpoint: remote.endpoint ?? null,
    prefix: remote.prefix ?? '',
    accessKeyId: remote.accessKeyId ?? 'AWS_ACCESS_KEY_ID',
    secretAccessKey: remote.secretAccessKey ?? 'AWS_SECRET_ACCESS_KEY',
  };
}
