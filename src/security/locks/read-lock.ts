import { buildInventory, type FoundPackage } from '../components/build-inventory.ts';
import type { Inventory } from '../components/component.ts';
import type { LockSource } from './lock-source.ts';
import { readMixLock } from './read-mix-lock.ts';
import { readNpmLock } from './read-npm-lock.ts';
import { readPnpmLock } from './read-pnpm-lock.ts';
import { readYarnLock } from './read-yarn-lock.ts';

const READERS: Readonly<Record<string, (source: LockSource) => readonly FoundPackage[]>> = {
  'package-lock.json': readNpmLock,
  'npm-shrinkwrap.json': readNpmLock,
  'pnpm-lock.yaml': readPnpmLock,
  'yarn.lock': readYarnLock,
  'mix.lock': readMixLock,
};

/** Whether a path is a lock file that can be read. */
export function isLockFile(path: string): boolean {
  return (path.split('/').at(-1) ?? '') in READERS;
}

/** What a lock file says that is installed. Throws LockError where it is not what its name says. */
export function readLock(source: LockSource): Inventory {
  const reader = READERS[source.path.split('/').at(-1) ?? ''];
  if (reader === undefined) throw new Error(`${source.path} is no lock file`);
  return buildInventory(source.path, reader(source));
}
