import { parse as parseYaml } from 'yaml';
import type { FoundPackage } from '../components/build-inventory.ts';
import { hashesOf } from './integrity.ts';
import { below, LockError, npmPackage, ownPackage, type LockSource } from './lock-source.ts';

type Versions = Readonly<Record<string, string | { readonly version?: string }>>;

interface Importer {
  readonly dependencies?: Versions;
  readonly devDependencies?: Versions;
  readonly optionalDependencies?: Versions;
}

interface Lock extends Importer {
  readonly lockfileVersion?: unknown;
  readonly importers?: Readonly<Record<string, Importer>>;
  readonly packages?: Readonly<Record<string, Importer & About>>;
  /** From version 9: what each package needs, apart from what it is. */
  readonly snapshots?: Readonly<Record<string, Importer>>;
}

interface About {
  readonly name?: string;
  readonly version?: string;
  readonly resolution?: { readonly integrity?: string; readonly commit?: string };
}

/** The packages of a pnpm-lock.yaml, of versions 6 to 9. Throws LockError for another. */
export function readPnpmLock({ path, text, manifests }: LockSource): readonly FoundPackage[] {
  const lock = parseLock(path, text);
  const packages = lock.packages ?? {};
  const idsOf = (versions: Versions | undefined, directory: string): string[] =>
    Object.entries(versions ?? {}).flatMap(([name, said]) => {
      const version = typeof said === 'string' ? said : (said.version ?? '');
      return idOf(name, version, { path, directory, packages });
    });
  const own = Object.entries(lock.importers ?? { '.': lock }).map(([directory, importer]) =>
    ownPackage(below(path, directory), manifests.get(directory === '.' ? '' : directory) ?? {}, {
      needs: idsOf(importer.dependencies, directory),
      optionalNeeds: idsOf(importer.optionalDependencies, directory),
      devNeeds: idsOf(importer.devDependencies, directory),
    }),
  );
  const others = Object.entries(lock.snapshots ?? packages).map(([key, needs]) => {
    const { name, version, about } = packageAt(key, packages);
    return npmPackage(name, version, {
      hashes: hashesOf(about.resolution?.integrity),
      licence: null,
      needs: idsOf(needs.dependencies, '.'),
      optionalNeeds: idsOf(needs.optionalDependencies, '.'),
    });
  });
  return [...own, ...others];
}

function parseLock(path: string, text: string): Lock {
  let lock: Lock | null;
  try {
    // From version 10 of pnpm on a document of its own says which pnpm it is; the lock is the last one.
    const last = text.split(/^---\s*$/m).at(-1) ?? '';
    lock = parseYaml(last) as Lock | null;
  } catch (error) {
    throw new LockError(`${path} is no YAML`, { cause: error });
  }
  const version = Number.parseFloat(String(lock?.lockfileVersion));
  if (lock === null || !(version >= 6 && version < 10))
    throw new LockError(`${path} is of version ${String(lock?.lockfileVersion)}, and 6 to 9 can be read`);
  return lock;
}

interface Place {
  readonly path: string;
  readonly directory: string;
  readonly packages: NonNullable<Lock['packages']>;
}

/** What `name: version` of an importer or a package leads to; nothing for a file outside of the lock. */
function idOf(name: string, version: string, { path, directory, packages }: Place): readonly string[] {
  if (version.startsWith('link:')) {
    const parts = [...below(path, directory).split('/'), ...version.slice('link:'.length).split('/')];
    return [ownPackage(normal(parts), {}, { needs: [], optionalNeeds: [], devNeeds: [] }).id];
  }
  // An alias or an address is the whole key; otherwise only the version is said.
  const whole = version.startsWith('/') ? version.slice(1) : version;
  const isKey = /^(@[^/]+\/)?[^@/]+@/.test(stripped(whole)) || version.includes('://');
  const { name: real, version: exact } = packageAt(isKey ? whole : `${name}@${whole}`, packages);
  return [npmPackage(real, exact, { hashes: [], licence: null, needs: [], optionalNeeds: [] }).id];
}

/** `/@scope/name@1.2.3(peer@1)`, with or without the slash, and what is known of it. */
function packageAt(
  key: string,
  packages: Place['packages'],
): { name: string; version: string; about: About } {
  const plain = stripped(key.startsWith('/') ? key.slice(1) : key);
  const about = packages[key] ?? packages[plain] ?? packages[`/${plain}`] ?? {};
  const at = plain.indexOf('@', 1);
  const version = at < 0 ? plain : plain.slice(at + 1);
  const commit = about.resolution?.commit;
  return {
    name: about.name ?? (at < 0 ? plain : plain.slice(0, at)),
    version: commit ?? (/^\d/.test(version) ? version : (about.version ?? version)),
    about,
  };
}

/** Without the peers that it was resolved with. */
function stripped(key: string): string {
  const at = key.indexOf('(');
  return at < 0 ? key : key.slice(0, at);
}

function normal(parts: readonly string[]): string {
  const folders: string[] = [];
  for (const part of parts) {
    if (part === '..') folders.pop();
    else if (part !== '.' && part !== '') folders.push(part);
  }
  return folders.join('/');
}
