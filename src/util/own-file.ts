import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assert } from './assert.ts';

/**
 * The file of the tool itself that `name` stands for, such as `cloud/main`: below `src` in development, below `dist` in
 * a package. It is looked for from the folder with the package.json, not from the file that asks, because the build
 * decides in which file of `dist` that one ends up.
 */
export function ownFile(name: string): string {
  return join(ownFolders().base, `${name}${extname(fileURLToPath(import.meta.url))}`);
}

/** The executable of the tool itself. */
export function ownCommand(): string {
  return join(ownFolders().root, 'bin', 'glidepath.js');
}

/** A page of the documentation that comes with the tool, such as `errors/CHECK_FAILED.md`. */
export function ownDocument(name: string): string {
  return join(ownFolders().root, 'docs', name);
}

/** The version of the tool itself. */
export function ownVersion(): string {
  const manifest = JSON.parse(readFileSync(join(ownFolders().root, 'package.json'), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}

/**
 * What this build of the tool is known by: another one may read the same files differently. Null where it runs from its
 * sources, which can change at any time.
 */
export function ownBuild(): string | null {
  const main = ownFile('cli/main');
  if (!main.endsWith('.js')) return null;
  // It names every other file of the bundle by the digest of that.
  const { size, mtimeMs } = statSync(main);
  return `${ownVersion()} ${size} ${mtimeMs}`;
}

function ownFolders(): { readonly root: string; readonly base: string } {
  const self = fileURLToPath(import.meta.url);
  let base = dirname(self);
  let root = dirname(base);
  while (!existsSync(join(root, 'package.json'))) {
    assert(root !== dirname(root), `no package.json above ${self}`);
    base = root;
    root = dirname(root);
  }
  return { root, base };
}
