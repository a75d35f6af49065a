/**
 * Compares versions as Elixir's Version does: three numbers, then what is before a release, part by part: numbers before
 * texts, fewer before more. What stands behind `+` does not count. Below 0, 0, or above 0; what is no version is before
 * all that are.
 */
export function compareElixir(one: string, other: string): number {
  const [first, second] = [partsOf(one), partsOf(other)];
  if (first === null || second === null) return Number(first !== null) - Number(second !== null);
  for (const at of [0, 1, 2]) {
    const order = (first.numbers[at] ?? 0) - (second.numbers[at] ?? 0);
    if (order !== 0) return order;
  }
  // The release is after everything that is before it.
  if (first.before.length === 0 || second.before.length === 0)
    return Number(first.before.length === 0) - Number(second.before.length === 0);
  return compareBefore(first.before, second.before);
}

type Part = number | string;

function partsOf(version: string): { numbers: readonly number[]; before: readonly Part[] } | null {
  const match = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([0-9A-Za-z.-]+))?(?:\+.*)?$/.exec(version.trim());
  if (match === null) return null;
  const before = match[4]?.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part)) ?? [];
  return { numbers: [match[1], match[2], match[3]].map((part) => Number(part ?? 0)), before };
}

function compareBefore(one: readonly Part[], other: readonly Part[]): number {
  for (let at = 0; at < one.length && at < other.length; at++) {
    const [mine, theirs] = [one[at] as Part, other[at] as Part];
    if (mine === theirs) continue;
    if (typeof mine !== typeof theirs) return typeof mine === 'number' ? -1 : 1;
    return mine < theirs ? -1 : 1;
  }
  return one.length - other.length;
}
