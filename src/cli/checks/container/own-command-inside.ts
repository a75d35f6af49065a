import { chmod, readFile, realpath, rename, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { makeStateDir } from '../../project/make-state-dir.ts';

/** What a container needs in order to call this very command. */
export interface OwnCommandInside {
  /** A directory with a `glidepath` that is this command, run by the `node` of the image. */
  readonly directory: string;
  /** Where the command and what it loads lie. */
  readonly installed: string;
}

/** Writes that directory where it is not there as it has to be. `command` is the file that this process runs. */
export async function ownCommandInside(root: string, command: string): Promise<OwnCommandInside> {
  const directory = join(root, '.glidepath', 'bin-inside');
  const file = join(directory, 'glidepath');
  const real = await realpath(command);
  const script = `#!/bin/sh\nexec node '${real.replaceAll("'", String.raw`'\''`)}' "$@"\n`;
  if ((await readFile(file, 'utf8').catch(() => '')) !== script) {
    makeStateDir(root, directory);
    // Another process may be about to call it: it is there whole, or as it was.
    const draft = `${file}.${process.pid}`;
    await writeFile(draft, script);
    await chmod(draft, 0o755);
    await rename(draft, file);
  }
  return { directory, installed: installedIn(real) };
}

/** The outermost `node_modules` that it lies in, for what it loads lies beside it; else its package. */
function installedIn(file: string): string {
  const parts = file.split(sep);
  const modules = parts.indexOf('node_modules');
  return modules === -1 ? dirname(dirname(file)) : parts.slice(0, modules + 1).join(sep);
}
