import { open, readdir, readFile } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { FilesOnDisk } from '../../emit/reconcile-files.ts';
import { checksumOf } from '../../emit/stamp.ts';

/** The header is in the first lines; a `# syntax=` may come before it. */
const HEADER_BYTES = 1024;

/** What generated files may be called by default; others are only found while they are generated. */
const NAMES = /(\.toml|\.md|\.ya?ml|\.dockerignore|Dockerfile[\w.-]*|^pass-on\.js)$/;

/** Folders of other tools, and of files that tests compare with: nothing that we wrote for this project is there. */
const SKIPPED = new Set([
  'node_modules',
  'vendor',
  'deps',
  '_build',
  'dist',
  'build',
  'target',
  'coverage',
  'golden',
  'fixtures',
  '__fixtures__',
  '__snapshots__',
  'testdata',
]);

/** As many folders as are looked through for files left over: more than any repository of apps has. */
const FOLDERS_MAX = 20_000;

/**
 * What is on disk: every file of `paths`, null where there is none, and every other file of the project with our header.
 * A folder with a config of its own is another project.
 */
export async function readGenerated(root: string, paths: readonly string[]): Promise<FilesOnDisk> {
  const found = new Map<string, string | null>();
  for (const path of paths) found.set(path, await textOf(root, path));
  const folders = [root];
  for (let looked = 0; looked < FOLDERS_MAX; looked++) {
    const folder = folders.pop();
    if (folder === undefined) break;
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    if (folder !== root && entries.some((entry) => entry.name.startsWith('glidepath.config.'))) continue;
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (isLookedInto(entry.name)) folders.push(path);
        continue;
      }
      const name = relative(root, path).split(sep).join('/');
      if (!entry.isFile() || !NAMES.test(basename(name)) || found.has(name)) continue;
      if (await hasHeader(path)) found.set(name, await readFile(path, 'utf8'));
    }
  }
  return found;
}

/** Hidden folders are of other tools; GitHub's is the one in which files of ours are. */
function isLookedInto(folder: string): boolean {
  return folder === '.github' || (!folder.startsWith('.') && !SKIPPED.has(folder));
}

async function hasHeader(path: string): Promise<boolean> {
  const file = await open(path).catch(() => null);
  if (file === null) return false;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    return checksumOf(buffer.toString('utf8', 0, bytesRead)) !== null;
  } finally {
    await file.close();
  }
}

async function textOf(root: string, path: string): Promise<string | null> {
  try {
    return await readFile(join(root, path), 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new ToolError('GENERATE_FAILED', `${path} cannot be read (${code ?? String(error)}).`, {
      hint:
        code === 'EISDIR'
          ? 'It is a folder: move it away, or generate under another name.'
          : 'Make it readable.',
      cause: error,
    });
  }
}
