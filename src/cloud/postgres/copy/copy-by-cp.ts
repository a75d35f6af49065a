import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { dirname, join } from 'node:path';
import { ToolError } from '../../../diagnostics/tool-error.ts';

const FULL = /No space left on device|Disk quota exceeded/;
const GONE = /: No such file or directory$/;
/** Of a file that is written anew and renamed into place while it is looked at; it stays where it is then. */
const REPLACED = /skipping file '(.+)', as it was replaced while being copied/;
const ATTEMPTS = 10;

/**
 * Copies files, named by their paths below `from`, to the same paths below `to`, where their directories are, by the
 * system's `cp`. Those that are not there any more are left out. Throws an error with the code ENOSPC when the disk is full,
 * and `CLOUD_POSTGRES_FAILED` with what `cp` said otherwise.
 */
export async function copyByCp(from: string, paths: readonly string[], to: string): Promise<void> {
  let left = paths;
  for (let attempt = 0; attempt < ATTEMPTS && left.length > 0; attempt += 1) {
    const said = await runCp(from, left, to);
    if (said.some((line) => FULL.test(line))) throw Object.assign(new Error(said[0]), { code: 'ENOSPC' });
    const serious = said.filter((line) => !REPLACED.test(line) && (!GONE.test(line) || line.includes(to)));
    if (serious.length > 0) throw failure(from, to, serious);
    left = said.flatMap((line) => REPLACED.exec(line)?.[1] ?? []);
  }
  if (left.length > 0) throw failure(from, to, [`${left.join(', ')} changed too often`]);
}

/** Returns the lines of what it complains about. One shell for all, which starts a `cp` sooner than we do. */
async function runCp(from: string, paths: readonly string[], to: string): Promise<string[]> {
  const directories = new Map<string, string[]>();
  for (const path of paths)
    directories.set(dirname(path), [...(directories.get(dirname(path)) ?? []), quoted(path)]);
  const lines = [...directories].map(
    ([dir, names]) => `cp -- ${names.join(' ')} ${quoted(`${join(to, dir)}/`)}\n`,
  );
  const shell = spawn('sh', [], {
    cwd: from,
    env: { PATH: process.env['PATH'], LC_ALL: 'C' },
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const ended = new Promise<string>((resolve) => {
    shell.once('error', (error) => resolve(error.message));
    shell.once('close', (code) => resolve(code === 0 ? '' : `sh ended with ${code}`));
  });
  // It may end before it has read all; then it says why.
  shell.stdin.on('error', () => undefined);
  shell.stdin.end(lines.join(''));
  const said = (await text(shell.stderr)).trim();
  const end = await ended;
  return (said === '' ? end : said).split('\n').filter((line) => line !== '');
}

function quoted(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`;
}

function failure(from: string, to: string, output: readonly string[]): ToolError {
  return new ToolError('CLOUD_POSTGRES_FAILED', `The files of a database in ${from} could not be copied.`, {
    hint: `Try it by hand: cp -r ${from} ${to}`,
    output: [...output],
  });
}
