import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../../util/clock.ts';

/** Between two looks at somebody else's lock. */
const LOOK_MS = 100;

/**
 * Runs while no other process runs under the same lock file. A lock whose process has died is taken over; a living
 * holder is waited for as long as the signal allows.
 */
export async function withFileLock<T>(
  file: string,
  options: { readonly clock: Clock; readonly signal?: AbortSignal },
  run: () => Promise<T>,
): Promise<T> {
  await mkdir(dirname(file), { recursive: true });
  while (!(await take(file))) {
    if (await isAbandoned(file)) await rm(file, { force: true });
    else await options.clock.sleep(LOOK_MS, options.signal);
  }
  try {
    return await run();
  } finally {
    await rm(file, { force: true });
  }
}

async function take(file: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx');
    await handle.writeFile(String(process.pid));
    await handle.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function isAbandoned(file: string): Promise<boolean> {
  const text = await readFile(file, 'utf8').catch(() => '');
  // Empty: its holder is just writing it, or it is gone.
  if (text === '') return false;
  try {
    process.kill(Number(text), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
