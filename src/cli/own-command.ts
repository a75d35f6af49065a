import { chmod, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeStateDir } from './project/make-state-dir.ts';

/**
 * A directory with a `glidepath` that is this very command, for the PATH of checks: a check that calls it gets the
 * version that runs it, whatever is installed. Written only where it is another one than last time.
 */
export async function ownCommandDirectory(
  root: string,
  { node, command }: { readonly node: string; readonly command: string },
): Promise<string> {
  const directory = ownCommandPlace(root);
  const file = join(directory, 'glidepath');
  const script = `#!/bin/sh\nexec ${quoted(node)} ${quoted(command)} "$@"\n`;
  if ((await readFile(file, 'utf8').catch(() => '')) === script) return directory;
  makeStateDir(root, directory);
  // Another process may be about to call it: it is there whole, or as it was.
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, script);
  await chmod(draft, 0o755);
  await rename(draft, file);
  return directory;
}

/** Where that directory is, whether it is there or not. */
export function ownCommandPlace(root: string): string {
  return join(root, '.glidepath', 'bin');
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
