import { parse as parseYaml } from 'yaml';
import type { FoundPackage } from '../components/build-inventory.ts';
import { hashesOf } from './integrity.ts';
import { below, LockError, npmPackage, ownPackage, type LockSource, type Manifest } from './lock-source.ts';
import { parseYarnClassic, type YarnEntry } from './parse-yarn-classic.ts';
import { workspaceDirectories } from './workspace-directories.ts';

type Names = Readonly<Record<string, string>> | undefined;

/** The packages of a yarn.lock, of Yarn 1 or of the later ones, which write YAML. */
export function readYarnLock(source: LockSource): readonly FoundPackage[] {
  return /^__metadata:/m.test(source.text) ? readBerry(source) : readClassic(source);
}

function readClassic({ path, text, manifests }: LockSource): readonly FoundPackage[] {
  const entries = parseYarnClassic(path, text);
  const byKey = new Map(
    entries.flatMap((entry) => entry.keys.map((key) => [key, classicPackage(entry)] as const)),
  );
  const ids = (names: Names): string[] =>
    Object.entries(names ?? {}).flatMap(([name, range]) => byKey.get(`${name}@${range}`)?.id ?? []);
  const own = ownPackages(path, manifests, ids);
  const others = entries.map((entry) => ({
    ...classicPackage(entry),
    needs: ids(entry.dependencies),
    optionalNeeds: ids(entry.optionalDependencies),
  }));
  return [...own, ...others];
}

function classicPackage({ keys: [key = ''], version, integrity, resolved }: YarnEntry): FoundPackage {
  const at = key.indexOf('@', 1);
  // `alias@npm:real@^1.0.0`
  const alias = /^npm:((?:@[^/]+\/)?[^@/]+)@/.exec(key.slice(at + 1))?.[1];
  const commit = /#([0-9a-f]{40})$/.exec(resolved ?? '')?.[1];
  const isRepository = /\.git#|^git|codeload\./.test(resolved ?? '');
  const sha1 = /^https?:.*\.tgz#([0-9a-f]{40})$/.exec(resolved ?? '')?.[1];
  const old = sha1 === undefined ? [] : [{ algorithm: 'SHA-1' as const, content: sha1 }];
  const hashes = integrity === null ? old : hashesOf(integrity);
  return npmPackage(alias ?? key.slice(0, at), isRepository ? (commit ?? version) : version, {
    hashes,
    licence: null,
    needs: [],
    optionalNeeds: [],
  });
}

/** Yarn's files do not say which dependency is for development: the package.json files do. */
function ownPackages(
  path: string,
  manifests: LockSource['manifests'],
  ids: (names: Names) => string[],
): readonly FoundPackage[] {
  const directories = workspaceDirectories(manifests);
  const byName = new Map(directories.map((directory) => [manifests.get(directory)?.name, directory]));
  // A workspace stands in no lock of Yarn 1.
  const linked = (names: Names): string[] =>
    Object.keys(names ?? {}).flatMap((name) => {
      const directory = byName.get(name);
      return directory === undefined ? [] : [ownPackage(below(path, directory), {}, NOTHING).id];
    });
  const both = (names: Names): string[] => [...ids(names), ...linked(names)];
  return directories.map((directory) => {
    const manifest: Manifest = manifests.get(directory) ?? {};
    return ownPackage(below(path, directory), manifest, {
      needs: both(manifest.dependencies),
      optionalNeeds: both(manifest.optionalDependencies),
      devNeeds: both(manifest.devDependencies),
    });
  });
}

const NOTHING = { needs: [], optionalNeeds: [], devNeeds: [] };

interface BerryEntry {
  readonly version?: string;
  readonly resolution?: string;
  readonly checksum?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly dependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

function readBerry({ path, text, manifests }: LockSource): readonly FoundPackage[] {
  const entries = Object.entries(parseBerry(path, text)).filter(([key]) => key !== '__metadata');
  const byKey = new Map(
    entries.flatMap(([keys, entry]) => keys.split(', ').map((key) => [key, berryId(path, entry)] as const)),
  );
  const find = (name: string, range: string): string | undefined =>
    byKey.get(`${name}@${range}`) ?? byKey.get(`${name}@npm:${range}`);
  const ids = (names: Names): string[] =>
    Object.entries(names ?? {}).flatMap(([name, range]) => find(name, range) ?? []);
  const others = entries.flatMap(([, entry]) => {
    if (entry.resolution?.includes('@workspace:') === true) return [];
    const isOptional = (name: string): boolean => entry.dependenciesMeta?.[name]?.optional === true;
    const needs = Object.entries(entry.dependencies ?? {});
    const only = (wanted: boolean): Names =>
      Object.fromEntries(needs.filter(([name]) => isOptional(name) === wanted));
    return [{ ...berryPackage(entry), needs: ids(only(false)), optionalNeeds: ids(only(true)) }];
  });
  return [...ownPackages(path, manifests, ids), ...others];
}

function parseBerry(path: string, text: string): Readonly<Record<string, BerryEntry>> {
  try {
    return (parseYaml(text, { maxAliasCount: 0 }) ?? {}) as Readonly<Record<string, BerryEntry>>;
  } catch (error) {
    throw new LockError(`${path} is no YAML`, { cause: error });
  }
}

function berryId(path: string, entry: BerryEntry): string {
  const directory = /@workspace:(.*)$/.exec(entry.resolution ?? '')?.[1];
  return directory === undefined
    ? berryPackage(entry).id
    : ownPackage(below(path, directory === '.' ? '' : directory), {}, NOTHING).id;
}

/** `name@npm:1.2.3`, `name@https://….git#commit=…`, `name@patch:name@npm%3A1.2.3#…`. */
function berryPackage({ resolution = '', version = '0.0.0' }: BerryEntry): FoundPackage {
  const at = resolution.indexOf('@', 1);
  const commit = /#commit=([0-9a-f]{40})/.exec(resolution)?.[1];
  // The checksum is of Yarn's own archive of the package, and not of what the registry has.
  return npmPackage(resolution.slice(0, at), commit ?? version, {
    hashes: [],
    licence: null,
    needs: [],
    optionalNeeds: [],
  });
}
