import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { ActionCall } from './known-action.ts';

/** The directory of PATH that a program is in; null when it is in none. */
export function placeOfProgram({ env }: Pick<ActionCall, 'env'>, program: string): string | null {
  const dirs = (env['PATH'] ?? '').split(delimiter);
  return dirs.find((dir) => isProgram(join(dir, program))) ?? null;
}

/** Whether a file can be started. */
export function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
