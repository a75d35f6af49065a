import type { ConfigPath } from '../config-path.ts';
import { COMMON_LICENCES } from '../common-licences.ts';
import { closestName } from '../did-you-mean.ts';
import type { CiDefinition, SecurityException } from '../definition/ci-definition.ts';
import type { ProjectDefinition } from '../definition/project-definition.ts';
import type { Mistake } from '../mistake.ts';
import { resolveException } from '../resolve/resolve-ci.ts';
import { conflict, warning } from './conflict.ts';

/** Hosts on the machine itself, between which nobody reads along. */
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** The cache, the container and the security of the checks are settings that can be carried out. `now`: Unix milliseconds, null where no time is known. */
export function ciRules({ ci }: ProjectDefinition, now: number | null): Mistake[] {
  if (ci === undefined) return [];
  return [
    ...containerMistakes(ci),
    ...remoteMistakes(ci),
    ...trustMistakes(ci),
    ...exceptionMistakes(ci, now),
    ...licenceMistakes(ci),
  ];
}

function containerMistakes({ container }: CiDefinition): Mistake[] {
  if (container === undefined) return [];
  const path = ['ci', 'container'];
  const { dockerfile, image, target } = container;
  if (dockerfile !== undefined && image !== undefined) {
    return [
      conflict(path, 'has both a dockerfile and an image', 'Keep the one in which the checks are to run.'),
    ];
  }
  if (dockerfile === undefined && image === undefined) {
    return [
      conflict(
        path,
        'has neither a dockerfile nor an image',
        "Write dockerfile: 'Dockerfile', or image: 'node:24-bookworm'.",
      ),
    ];
  }
  return target !== undefined && dockerfile === undefined
    ? [
        conflict(
          [...path, 'target'],
          'names a stage, which only a dockerfile has',
          'Take it out, or write a dockerfile instead of the image.',
        ),
      ]
    : [];
}

function remoteMistakes({ cache }: CiDefinition): Mistake[] {
  const remote = cache?.remote;
  const path = ['ci', 'cache', 'remote'];
  const [key, url] =
    remote?.kind === 'http'
      ? ['url', remote.url]
      : remote?.kind === 's3'
        ? ['endpoint', remote.endpoint]
        : ['', undefined];
  if (url === undefined || !url.startsWith('http://') || LOOPBACK.test(new URL(url).hostname)) return [];
  return [
    warning(
      [...path, key],
      `is ${url}, to which tokens and files go unencrypted`,
      `Write https:// in front: ${url.replace('http:', 'https:')}`,
    ),
  ];
}

/** GitHub keeps what pull requests store apart from what main stores; elsewhere only a signature tells the two apart. */
function trustMistakes({ cache }: CiDefinition): Mistake[] {
  if (cache?.remote === undefined || cache.remote.kind === 'github' || (cache.trust ?? []).length > 0)
    return [];
  return [
    warning(
      ['ci', 'cache', 'remote'],
      'shares nothing that main stores, because ci.cache.trust names no public key',
      'Create a pair of keys: glidepath ci cache keygen',
    ),
  ];
}

function exceptionMistakes({ security }: CiDefinition, now: number | null): Mistake[] {
  const all = security?.exceptions ?? [];
  return all.flatMap((exception, index) => {
    const path = ['ci', 'security', 'exceptions', index];
    return [...twice(exception, all.slice(0, index), path), ...expired(exception, now, path)];
  });
}

function twice(
  exception: SecurityException,
  before: readonly SecurityException[],
  path: ConfigPath,
): Mistake[] {
  const other = before.findIndex(
    ({ id, in: where }) => id === exception.id && (where === undefined || where === exception.in),
  );
  if (other === -1) return [];
  const where = before[other]?.in;
  return [
    conflict(
      path,
      `is for ${exception.id}, as exceptions[${other}] is already, ${where === undefined ? 'wherever it is found' : `in ${where}`}`,
      'Keep one of the two.',
    ),
  ];
}

/** Said early; whether the finding counts again is decided by the checks. */
function expired(exception: SecurityException, now: number | null, path: ConfigPath): Mistake[] {
  if (now === null || resolveException(exception).expiresAt > now) return [];
  return [
    warning(
      [...path, 'expires'],
      `was ${exception.expires}: ${exception.id} counts again`,
      'Mend what was found and take the exception out, or say anew why it is put up with, and until when.',
    ),
  ];
}

/** Not every identifier is known here, but one that is nearly a common one was hardly meant. */
function licenceMistakes({ security }: CiDefinition): Mistake[] {
  return (security?.licences ?? []).flatMap((id, index) => {
    const bare = id.replace(/\+$/, '');
    if (COMMON_LICENCES.includes(bare)) return [];
    const path = ['ci', 'security', 'licences', index];
    // Before 2018 GPL-3.0 was one; that its beginning is right says more than how many letters differ.
    const near = COMMON_LICENCES.find((each) => each.startsWith(bare)) ?? closestName(bare, COMMON_LICENCES);
    const hint = near === null ? 'See spdx.org/licenses.' : `Did you mean ${near}?`;
    return [warning(path, `is ${id}, which is none of the common identifiers of SPDX`, hint)];
  });
}
