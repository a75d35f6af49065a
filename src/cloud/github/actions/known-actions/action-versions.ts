/** The versions of an action that its local equivalent stands for. */
export interface ActionVersions {
  /** The newest release that is known, in its own spelling: `v7.0.1`, `1.6`. */
  readonly newest: string;
  /** The oldest major that GitHub still runs; those before are refused by its services. */
  readonly oldest?: number;
  /** Commits of releases. */
  readonly commits?: readonly string[];
}

/** Why a ref does not name a version that is carried out, and what to do. */
export interface RefusedRef {
  readonly why: string;
  readonly hint: string;
}

const BRANCHES: ReadonlySet<string> = new Set(['main', 'master']);

/** Why GitHub, or the local one, has no such version of an action; null when it has one. */
export function refusedRef(name: string, ref: string, versions: ActionVersions): RefusedRef | null {
  if (isCommit(ref) || BRANCHES.has(ref)) return null;
  if (/^[0-9a-f]{7,39}$/u.test(ref) && /[a-f]/u.test(ref))
    return {
      why: `GitHub does not resolve ${name}@${ref}: a shortened commit SHA is not supported`,
      hint: 'Write all 40 digits of the commit.',
    };
  const asked = numbersOf(ref);
  if (asked === null || isAfter(asked, numbersOf(versions.newest) ?? []))
    return {
      why: `the local GitHub knows no ${name}@${ref}; the newest that it knows is ${versions.newest}`,
      hint: `Use ${name}@${versions.newest}, or an older release.`,
    };
  const { oldest = 0 } = versions;
  if ((asked[0] ?? 0) < oldest)
    return {
      why: `GitHub has switched off ${name}@${ref}: the services behind it are gone`,
      hint: `Use ${name}@${versions.newest}.`,
    };
  return null;
}

/** What is not known for certain of a ref, for the log; null when it is. */
export function doubtOf(name: string, ref: string, { newest, commits = [] }: ActionVersions): string | null {
  if (isCommit(ref))
    return commits.includes(ref)
      ? null
      : `${name}@${ref} is taken for ${newest}: whether it has this commit only GitHub knows`;
  return BRANCHES.has(ref) ? `${name}@${ref} is a branch, and taken for ${newest}` : null;
}

function isCommit(ref: string): boolean {
  return /^[0-9a-f]{40}$/u.test(ref);
}

/** `v7.0.1` as `[7, 0, 1]`, `v7` as `[7]`; null for what is no version. */
function numbersOf(ref: string): readonly number[] | null {
  return /^v?\d+(?:\.\d+){0,2}$/u.test(ref) ? ref.replace(/^v/u, '').split('.').map(Number) : null;
}

/** Whether a version is after another one, as far as it is written: `v7` is not after `v7.0.1`. */
function isAfter(version: readonly number[], other: readonly number[]): boolean {
  for (const [at, number] of version.entries()) {
    const than = other[at] ?? 0;
    if (number !== than) return number > than;
  }
  return false;
}
