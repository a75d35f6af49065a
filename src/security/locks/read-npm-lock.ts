import type { FoundPackage } from '../components/build-inventory.ts';
import { hashesOf } from './integrity.ts';
import {
  below,
  licenceOf,
  LockError,
  npmPackage,
  ownPackage,
  type LockSource,
  type Manifest,
} from './lock-source.ts';

/** One entry of `packages` (package-lock.json, lockfileVersion 2 and 3). */
interface Entry extends Manifest {
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
}

/**
 * The packages of a package-lock.json. Where a package is looked for goes by the folders, as Node does it: beside the one
 * that needs it, then one node_modules further up. Throws LockError for lockfileVersion 1, which says too little.
 */
export function readNpmLock({ path, text }: LockSource): readonly FoundPackage[] {
  const { packages } = parse(path, text);
  const idOf = new Map(Object.entries(packages).map(([place, entry]) => [place, idFor(path, place, entry)]));
  return Object.entries(packages).flatMap(([place, entry]) => {
    if (entry.link === true) return [];
    const ids = (names: Readonly<Record<string, string>> | undefined): string[] =>
      Object.keys(names ?? {}).flatMap((name) => {
        const found = placeOf(packages, place, name);
        return found === null ? [] : (idOf.get(found) ?? []);
      });
    const needs = ids({ ...entry.dependencies, ...entry.peerDependencies });
    const optionalNeeds = ids(entry.optionalDependencies);
    if (!place.includes('node_modules/'))
      return [
        ownPackage(below(path, place), entry, { needs, optionalNeeds, devNeeds: ids(entry.devDependencies) }),
      ];
    const hashes = hashesOf(entry.integrity);
    return [
      npmPackage(nameOf(place, entry), versionOf(entry), {
        hashes,
        licence: licenceOf(entry),
        needs,
        optionalNeeds,
      }),
    ];
  });
}

function parse(path: string, text: string): { readonly packages: Readonly<Record<string, Entry>> } {
  let lock: unknown;
  try {
    lock = JSON.parse(text);
  } catch (error) {
    throw new LockError(`${path} is no JSON`, { cause: error });
  }
  const { packages } = (lock ?? {}) as { packages?: unknown };
  if (typeof packages !== 'object' || packages === null)
    throw new LockError(`${path} is of npm 6 or older, which does not say which package needs which`);
  return { packages: packages as Readonly<Record<string, Entry>> };
}

function idFor(path: string, place: string, entry: Entry): string {
  const target = entry.link === true ? (entry.resolved ?? '') : place;
  if (!target.includes('node_modules/')) return ownPackage(below(path, target), entry, NOTHING).id;
  return npmPackage(nameOf(place, entry), versionOf(entry), { ...NOTHING, hashes: [], licence: null }).id;
}

const NOTHING = { needs: [], optionalNeeds: [], devNeeds: [] };

/** An alias has the real name inside. */
function nameOf(place: string, entry: Entry): string {
  return entry.name ?? place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

/** A package of a repository is told by its commit: its version says nothing. */
function versionOf({ version, resolved }: Entry): string {
  const commit = /^git\+.*#([0-9a-f]{40})$/.exec(resolved ?? '')?.[1];
  return commit ?? version ?? '0.0.0';
}

/** The place that a name leads to from a package, or null where nothing is installed: optional, for another system. */
function placeOf(packages: Readonly<Record<string, Entry>>, from: string, name: string): string | null {
  const folders = from === '' ? [] : from.split('/');
  for (let length = folders.length; length >= 0; length--) {
    if (folders[length - 1] === 'node_modules') continue;
    const place = [...folders.slice(0, length), 'node_modules', name].join('/');
    if (packages[place] !== undefined) return place;
  }
  return null;
}
