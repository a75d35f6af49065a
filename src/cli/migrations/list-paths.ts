import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runGit } from '../../providers/git/run-git.ts';

/** Outside git nothing says what is somebody's own: folders of installed packages are passed over. */
const SKIPPED = new Set(['node_modules', 'deps', '_build', 'dist', 'vendor', 'target']);

/** More files than this outside git are a home directory, and no project. */
const FILES_MAX = 50_000;

/** Every file below a directory that git does not ignore, with `/`; without git all that there are. */
export async function listPaths(root: string): Promise<readonly string[]> {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate', '--', '.'];
  const { code, stdout } = await runGit(spawn, root, args).catch(() => ({ code: 1, stdout: '' }));
  const known = stdout.split('\0').filter((path) => path !== '' && existsSync(join(root, path)));
  // A commit that was exported below an ignored folder is in a repository, and of no concern to it.
  if (code === 0 && known.length > 0) return known;
  const files: string[] = [];
  collect(root, '', files);
  return files;
}

function collect(root: string, folder: string, files: string[]): void {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    if (files.length >= FILES_MAX) return;
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isFile()) files.push(path);
    if (entry.isDirectory() && !entry.name.startsWith('.') && !SKIPPED.has(entry.name))
      collect(root, path, files);
  }
}
