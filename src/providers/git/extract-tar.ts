import type { ChildProcess } from 'node:child_process';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar';
import { assert } from '../../util/assert.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';

/** Unpacks the tar that a process prints into a directory; throws BUILD_FAILED when either of the two fails. */
export async function extractTar(child: ChildProcess, directory: string, what: string): Promise<void> {
  const { stdout, stderr } = child;
  assert(stdout !== null, 'the process has no standard output');
  let errors = '';
  stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('close', resolve);
    child.once('error', reject);
  });
  try {
    const [code] = await Promise.all([ended, pipeline(stdout, extract({ cwd: directory }))]);
    if (code === 0) return;
    throw new Error(errors.trim() || `exit code ${code}`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ToolError(
      'BUILD_FAILED',
      `The files of the commit could not be written (${what}): ${reason}.`,
      {
        hint: 'Check that the disk has room and the directory can be written.',
        cause: error,
      },
    );
  }
}
