import type { FoundPackage } from '../components/build-inventory.ts';
import { packageUrl } from '../components/package-url.ts';

/** A lock file with what stands beside it. */
export interface LockSource {
  /** From the root of the checkout. */
  readonly path: string;
  readonly text: string;
  /** The package.json files below its directory, by directory seen from there: `''`, `packages/web`. */
  readonly manifests: ReadonlyMap<string, Manifest>;
  /** The mix.exs beside a mix.lock. */
  readonly mixExs: string | null;
}

/** What of a package.json is read. */
export interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly license?: unknown;
  readonly licenses?: unknown;
  readonly workspaces?: unknown;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** Something that cannot be read as what its name says. */
export class LockError extends Error {}

/** A package of npm; `version` may be the address of a repository. */
export function npmPackage(
  name: string,
  version: string,
  more: Pick<FoundPackage, 'hashes' | 'licence' | 'needs' | 'optionalNeeds'>,
): FoundPackage {
  const purl = packageUrl('npm', name, version);
  return {
    id: purl,
    purl,
    ecosystem: 'npm',
    name,
    version,
    isOwn: false,
    release: null,
    origin: null,
    devNeeds: [],
    ...more,
  };
}

/** A package of the repository itself; `directory` is seen from the root of the checkout. */
export function ownPackage(
  directory: string,
  { name, version }: Manifest,
  needs: Pick<FoundPackage, 'needs' | 'optionalNeeds' | 'devNeeds'>,
): FoundPackage {
  return {
    id: `workspace:${directory === '' ? '.' : directory}`,
    purl: null,
    ecosystem: 'generic',
    name: name ?? (directory === '' ? 'root' : directory),
    version: version ?? '0.0.0',
    hashes: [],
    licence: null,
    isOwn: true,
    release: null,
    origin: null,
    ...needs,
  };
}

/** A directory of a lock file's world, seen from the root of the checkout. */
export function below(lockPath: string, directory: string): string {
  const base = lockPath.split('/').slice(0, -1);
  return [...base, ...(directory === '' || directory === '.' ? [] : [directory])].join('/');
}

/** What a package.json or a lock says of its licence: `license`, or the list that packages of old have. */
export function licenceOf({ license, licenses }: Pick<Manifest, 'license' | 'licenses'>): string | null {
  const said = [license, ...(Array.isArray(licenses) ? licenses : [])]
    .map((each: unknown) => (typeof each === 'object' && each !== null && 'type' in each ? each.type : each))
    .filter((each): each is string => typeof each === 'string' && each.trim() !== '');
  if (said.length === 0) return null;
  return said.length === 1 ? (said[0] ?? null) : `(${said.join(' OR ')})`;
}
