import { lstat, mkdir, realpath, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { FileDecision } from '../../emit/reconcile-files.ts';

/** A file that is written beside its place and not in it yet. */
interface Prepared {
  readonly temporary: string;
  readonly target: string;
}

/**
 * Carries decisions out. Everything is first written beside its place, so that an error in between leaves every file
 * as it was; then it is moved there. Throws GENERATE_FAILED, also for a folder that leads out of the project.
 */
export async function writeGenerated(root: string, decisions: readonly FileDecision[]): Promise<void> {
  const prepared: Prepared[] = [];
  const made: string[] = [];
  let current = '';
  try {
    for (const { path, action, content } of decisions) {
      current = path;
      if (action === 'write' && content !== null) prepared.push(await prepare(root, path, content, made));
      if (action === 'remove') await requireInside(root, path);
    }
    for (const { temporary, target } of prepared) {
      current = relative(root, target);
      await rename(temporary, target);
    }
    for (const { path, action } of decisions) {
      current = path;
      if (action === 'remove') await rm(join(root, path));
    }
  } catch (error) {
    for (const { temporary } of prepared) await rm(temporary, { force: true });
    // Only those that are empty again go.
    for (const folder of made.toReversed()) await rmdir(folder).catch(() => undefined);
    throw asFailure(error, current);
  }
}

async function prepare(root: string, path: string, content: string, made: string[]): Promise<Prepared> {
  const target = join(root, path);
  await requireInside(root, path);
  const first = await mkdir(dirname(target), { recursive: true });
  if (first !== undefined) made.push(...foldersBetween(first, dirname(target)));
  const mode = await stat(target).then(
    (facts) => facts.mode & 0o777,
    () => 0o644,
  );
  const temporary = `${target}.glidepath-${process.pid}`;
  try {
    await writeFile(temporary, content, { mode, flag: 'wx' });
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  return { temporary, target };
}

function foldersBetween(first: string, last: string): string[] {
  const folders = [first];
  let folder = first;
  for (const part of relative(first, last).split(sep)) {
    if (part === '') continue;
    folder = join(folder, part);
    folders.push(folder);
  }
  return folders;
}

/** A path is plain as the config has it; a link in it may still lead elsewhere. */
async function requireInside(root: string, path: string): Promise<void> {
  const base = await realpath(root);
  let folder = dirname(join(root, path));
  // Ends at the root at the latest, which is there.
  while (!(await exists(folder))) folder = dirname(folder);
  const inside = relative(base, await realpath(folder));
  if (inside !== '..' && !inside.startsWith(`..${sep}`)) return;
  throw new ToolError(
    'GENERATE_FAILED',
    `${path} lies outside of the project: a folder on the way is a link.`,
    {
      hint: 'Generate it under another name: files in glidepath.config.ts.',
    },
  );
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

function asFailure(error: unknown, path: string): unknown {
  if (error instanceof ToolError) return error;
  const { code } = error as NodeJS.ErrnoException;
  // A full disk has a code of its own.
  if (code === undefined || code === 'ENOSPC' || code === 'EDQUOT') return error;
  return new ToolError('GENERATE_FAILED', `${path} cannot be written (${code}).`, {
    hint: 'Make the folder writable, or generate under another name: files in glidepath.config.ts.',
    cause: error,
  });
}
