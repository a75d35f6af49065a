import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ToolError } from '../../diagnostics/tool-error.ts';

const FULL = /No space left on device|Disk quota exceeded/;
const GONE = /: No such file or directory$/;
/** Enough for a line about each of the files. */
const OUTPUT_BYTES_MAX = 1024 * 1024;

/** Of a file that is written anew and renamed into place while it is looked at; it stays where it is then. */
const REPLACED = /skipping file '(.+)', as it was replaced while being copied/;
const ATTEMPTS = 10;

/**
 * Copies files of one directory into another by the system's `cp`. Those that are not there any more are left out. Throws
 * an error with the code ENOSPC when the disk is full, and `CLOUD_POSTGRES_FAILED` with what `cp` said otherwise.
 */
export async function copyByCp(from: string, names: readonly string[], to: string): Promise<void> {
  let left = names;
  for (let attempt = 0; attempt < ATTEMPTS && left.length > 0; attempt += 1) {
    const said = await runCp(from, left, to);
    if (said.some((line) => FULL.test(line))) throw Object.assign(new Error(said[0]), { code: 'ENOSPC' });
    const serious = said.filter((line) => !REPLACED.test(line) && (!GONE.test(line) || line.includes(to)));
    if (serious.length > 0) throw failure(from, to, serious);
    left = said.flatMap((line) => REPLACED.exec(line)?.[1] ?? []);
  }
  if (left.length > 0) throw failure(from, to, [`${left.join(', ')} changed too often`]);
}

/** Returns the lines of what it complains about. */
async function runCp(from: string, names: readonly string[], to: string): Promise<string[]> {
  const options = { cwd: from, env: { PATH: process.env['PATH'], LC_ALL: 'C' }, maxBuffer: OUTPUT_BYTES_MAX };
  try {
    await promisify(execFile)('cp', ['--', ...names, `${to}/`], options);
    return [];
  } catch (cause) {
    const { stderr = '', message } = cause as { stderr?: string; message: string };
    return (stderr === '' ? message : stderr).trim().split('\n');
  }
}

function failure(from: string, to: string, output: readonly string[]): ToolError {
  return new ToolError('CLOUD_POSTGRES_FAILED', `The files of a database in ${from} could not be copied.`, {
    hint: `Try it by hand: cp -r ${from} ${to}`,
    output: [...output],
  });
}
