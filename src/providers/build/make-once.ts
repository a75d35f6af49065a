import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import type { Clock } from '../../util/clock.ts';
import { withFileLock } from './file-lock.ts';

/** Makes the thing at `target` unless it is there; the text is kept in its `.done` file and returned. */
export type Once = (
  target: string,
  signal: AbortSignal | undefined,
  make: () => Promise<string>,
) => Promise<string>;

/**
 * Makes each thing once, however many calls and processes ask at the same time. What has no `.done` file was left by a
 * process that died, and is made anew.
 */
export function createOnce(clock: Clock): Once {
  const inFlight = new Map<string, Promise<string>>();
  return (target, signal, make) => {
    const existing = inFlight.get(target);
    if (existing !== undefined) return existing;
    const making = makeOnce(clock, target, signal, make).finally(() => inFlight.delete(target));
    inFlight.set(target, making);
    return making;
  };
}

async function makeOnce(
  clock: Clock,
  target: string,
  signal: AbortSignal | undefined,
  make: () => Promise<string>,
): Promise<string> {
  const done = `${target}.done`;
  const options = { clock, ...(signal === undefined ? {} : { signal }) };
  if (existsSync(done)) return readFile(done, 'utf8');
  return withFileLock(`${target}.lock`, options, async () => {
    if (existsSync(done)) return readFile(done, 'utf8');
    // What lies there without a `.done` was left by a process that died.
    await rm(target, { recursive: true, force: true });
    const result = await make();
    await writeFile(done, result);
    return result;
  });
}
