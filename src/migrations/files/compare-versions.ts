/**
 * Orders the names of migrations as the tools do: by the number in front (`V` and `R` of Flyway aside), so that 10 comes
 * after 9, then by the characters of the name. Repeatable ones and names without a number come last.
 */
export function compareVersions(one: string, other: string): number {
  const [first, second] = [versionOf(one), versionOf(other)];
  if (first === null || second === null) {
    if (first !== null) return -1;
    if (second !== null) return 1;
    return compare(one, other);
  }
  for (let at = 0; at < Math.max(first.length, second.length); at += 1) {
    const [left, right] = [first[at] ?? 0n, second[at] ?? 0n];
    if (left !== right) return left < right ? -1 : 1;
  }
  return compare(one, other);
}

/** The version in front of a name, as it is written; null where there is none. */
export function versionText(name: string): string | null {
  return versionOf(name) === null ? null : (VERSION.exec(name)?.[1] ?? null);
}

/** Whether two names have the same version in front: `1`, `01` and `1.0` are one. */
export function isSameVersion(one: string, other: string): boolean {
  const [first, second] = [versionOf(one), versionOf(other)];
  if (first === null || second === null) return false;
  return Array.from({ length: Math.max(first.length, second.length) }).every(
    (_, at) => (first[at] ?? 0n) === (second[at] ?? 0n),
  );
}

const VERSION = /^V?(\d+(?:[._]\d+(?=[._]))*)/;

/** `V1.2__x.sql` → 1, 2. Null where a name begins with no number. */
function versionOf(name: string): readonly bigint[] | null {
  const digits = VERSION.exec(name)?.[1];
  if (digits === undefined) return null;
  // Only Flyway has versions of several parts.
  const parts = name.startsWith('V') ? digits.split(/[._]/) : [/^\d+/.exec(digits)?.[0] ?? '0'];
  return parts.map(BigInt);
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
