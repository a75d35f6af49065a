import { execFile, spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';

/** What git knows of a checkout. Where there is no git, every file counts. */
export interface GitFiles {
  /** The top of the checkout that a directory is in, and where git keeps what is not in it; the directory itself without git. */
  top(directory: string): Promise<{ readonly top: string; readonly elsewhere: string | null }>;
  /** Files below a directory that are tracked, or new and not ignored; from there, with slashes. */
  list(directory: string): Promise<readonly string[]>;
  /** Those of these paths, from `top`, that git ignores. */
  ignored(top: string, paths: readonly string[]): Promise<ReadonlySet<string>>;
}

const BYTES_MAX = 256 * 1024 * 1024;

/** Asks the git command. */
export const gitFiles: GitFiles = {
  async top(directory) {
    const said = await git(
      directory,
      'rev-parse',
      '--path-format=absolute',
      '--show-toplevel',
      '--git-common-dir',
    );
    const [top = directory, common = ''] = (said ?? '').split('\n').filter((line) => line !== '');
    return { top, elsewhere: common === '' || common.startsWith(`${top}/`) ? null : common };
  },
  async list(directory) {
    const said = await git(directory, 'ls-files', '-z', '--cached', '--others', '--exclude-standard');
    if (said !== null) return said.split('\0').filter((path) => path !== '');
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => !entry.isDirectory());
    return files.map(({ parentPath, name }) => `${parentPath}/${name}`.slice(directory.length + 1));
  },
  async ignored(top, paths) {
    if (paths.length === 0) return new Set();
    const child = spawn('git', ['check-ignore', '-z', '--stdin'], {
      cwd: top,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    // Without git, or outside of a checkout, it does not read what it is told.
    child.once('error', () => child.stdout.destroy());
    child.stdin.on('error', () => undefined);
    child.stdin.end(paths.join('\0'));
    const said = await text(child.stdout).catch(() => '');
    return new Set(said.split('\0').filter((path) => path !== ''));
  },
};

async function git(cwd: string, ...args: string[]): Promise<string | null> {
  const running = promisify(execFile)('git', args, { cwd, maxBuffer: BYTES_MAX });
  return running.then(
    ({ stdout }) => stdout,
    () => null,
  );
}
