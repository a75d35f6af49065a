import type { CompareVersions } from '../versions/compare-versions.ts';
import type { OsvAffected, OsvEvent, OsvRange } from './osv.ts';

/** That a version has a fault, and the first one after it that does not; null where none is known. */
export interface AffectedVersion {
  readonly fixed: string | null;
}

/**
 * Whether a version is affected, by the evaluation of the OSV format: named in `versions`, or in a range whose events, in the
 * order of the versions, leave it affected. Ranges of commits are left alone. Null: it is not.
 */
export function affectedAt(
  { ranges = [], versions = [] }: OsvAffected,
  version: string,
  compare: CompareVersions,
): AffectedVersion | null {
  const ordered = ranges.filter(({ type }) => type === 'SEMVER' || type === 'ECOSYSTEM');
  const hit = ordered.find((range) => isInRange(range, version, compare));
  if (hit === undefined && !versions.includes(version)) return null;
  const fixes = (hit === undefined ? ordered : [hit])
    .flatMap(({ events = [] }) => events.flatMap(({ fixed }) => fixed ?? []))
    .filter((fixed) => compare(fixed, version) > 0)
    .toSorted(compare);
  return { fixed: fixes[0] ?? null };
}

function isInRange({ events = [] }: OsvRange, version: string, compare: CompareVersions): boolean {
  const limits = events.flatMap(({ limit }) => limit ?? []);
  if (limits.length > 0 && !limits.some((limit) => limit === '*' || compare(version, limit) < 0))
    return false;
  let isAffected = false;
  for (const event of inOrder(events, compare)) {
    if (event.introduced !== undefined && isFrom(event.introduced, version, compare)) isAffected = true;
    else if (event.fixed !== undefined && compare(version, event.fixed) >= 0) isAffected = false;
    else if (event.last_affected !== undefined && compare(version, event.last_affected) > 0)
      isAffected = false;
  }
  return isAffected;
}

/** `0` is before every version. */
function isFrom(introduced: string, version: string, compare: CompareVersions): boolean {
  return introduced === '0' || compare(version, introduced) >= 0;
}

function inOrder(events: readonly OsvEvent[], compare: CompareVersions): readonly OsvEvent[] {
  const at = ({ introduced, fixed, last_affected }: OsvEvent): string =>
    introduced ?? fixed ?? last_affected ?? '0';
  return events
    .filter(({ limit }) => limit === undefined)
    .toSorted((one, other) => {
      const [first, second] = [at(one), at(other)];
      if (first === '0' || second === '0') return Number(second === '0') - Number(first === '0');
      return compare(first, second);
    });
}
