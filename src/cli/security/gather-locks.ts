import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Inventory } from '../../security/components/component.ts';
import { LockError, type LockSource, type Manifest } from '../../security/locks/lock-source.ts';
import { isLockFile, readLock } from '../../security/locks/read-lock.ts';
import type { SecurityWork } from './security-work.ts';

/** What the lock files of a checkout say, and which could not be read. */
export interface GatheredLocks {
  readonly inventories: readonly Inventory[];
  readonly skipped: readonly string[];
}

/** Reads every lock file of a checkout that is not among what others wrote or tests are given. */
export function gatherLocks({ root, paths }: Pick<SecurityWork, 'root' | 'paths'>): GatheredLocks {
  const inventories: Inventory[] = [];
  const skipped: string[] = [];
  for (const path of paths.filter((each) => isLockFile(each) && !isFixture(each))) {
    try {
      inventories.push(readLock(lockSource(root, paths, path)));
    } catch (error) {
      if (!(error instanceof LockError)) throw error;
      skipped.push(`${error.message}.`);
    }
  }
  return { inventories, skipped };
}

function isFixture(path: string): boolean {
  return /(^|\/)(node_modules|deps|fixtures|vendor)\//.test(path);
}

function lockSource(root: string, paths: readonly string[], path: string): LockSource {
  const folder = path.includes('/') ? `${path.slice(0, path.lastIndexOf('/'))}/` : '';
  const manifests = paths
    .filter((each) => each.startsWith(folder) && /(^|\/)package\.json$/.test(each) && !isFixture(each))
    .map(
      (each) =>
        [each.slice(folder.length).replace(/\/?package\.json$/, ''), manifestAt(join(root, each))] as const,
    );
  const mixExs = join(root, folder, 'mix.exs');
  return {
    path,
    text: readFileSync(join(root, path), 'utf8'),
    manifests: new Map(
      manifests.flatMap(([key, manifest]) => (manifest === null ? [] : [[key, manifest] as const])),
    ),
    mixExs: path.endsWith('mix.lock') && existsSync(mixExs) ? readFileSync(mixExs, 'utf8') : null,
  };
}

/** A package.json; null for one that is none, which npm says more of than we could. */
export function manifestAt(file: string): Manifest | null {
  try {
    const manifest: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof manifest === 'object' && manifest !== null ? manifest : null;
  } catch {
    return null;
  }
}
