import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashFiles } from '../runner/find-files.ts';
import { ActionFailure, input } from './known-action.ts';
import type { ActionCall } from './known-action.ts';
import { placeOfProgram } from './place-of-program.ts';

/** The files that each manager locks its packages in (actions/setup-node cache-utils). */
const LOCK_FILES: Readonly<Record<string, readonly string[]>> = {
  npm: ['package-lock.json', 'npm-shrinkwrap.json', 'yarn.lock'],
  pnpm: ['pnpm-lock.yaml'],
  yarn: ['yarn.lock'],
};

/** The manager whose packages actions/setup-node would cache: the input, or npm where package.json names it; or none. */
export function cachedManager(call: ActionCall): string {
  const written = input(call, 'cache');
  if (written !== '' || input(call, 'package-manager-cache').toLowerCase() !== 'true') return written;
  const file = join(call.places.workspace, 'package.json');
  if (!existsSync(file)) return '';
  const { packageManager, devEngines } = parsed(file);
  const engine = devEngines?.packageManager ?? [];
  const engines = Array.isArray(engine) ? engine : [engine];
  const isNpm = engines.some(({ name }) => name === 'npm') || /^\^?npm(?:@.*)?$/u.test(packageManager ?? '');
  return isNpm ? 'npm' : '';
}

/**
 * Fails as the action does before it caches: when it does not know the manager, when that is not there yet, and when no
 * lock file is in the workspace. Throws an {@link ActionFailure} in the words of the action.
 */
export function requireLockFile(call: ActionCall, manager: string): void {
  const names = LOCK_FILES[manager];
  if (names === undefined) throw new ActionFailure(`Caching for '${manager}' is not supported`);
  if (placeOfProgram(call, manager) === null)
    throw new ActionFailure(
      `Unable to locate executable file: ${manager}. Please verify either the file path exists or the file can be found within a directory specified by the PATH environment variable.`,
    );
  const { workspace } = call.places;
  const given = input(call, 'cache-dependency-path');
  if (given !== '') {
    if (hashFiles(given.split('\n'), workspace) === '')
      throw new ActionFailure('Some specified paths were not resolved, unable to cache dependencies.');
  } else if (!names.some((name) => existsSync(join(workspace, name))))
    throw new ActionFailure(
      `Dependencies lock file is not found in ${workspace}. Supported file patterns: ${names.join(',')}`,
    );
}

interface PackageFile {
  readonly packageManager?: string;
  readonly devEngines?: { readonly packageManager?: NamedEngine | readonly NamedEngine[] };
}
interface NamedEngine {
  readonly name?: string;
}

/** As the action has it: what cannot be read names no manager. */
function parsed(file: string): PackageFile {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as PackageFile;
  } catch {
    return {};
  }
}
