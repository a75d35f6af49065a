import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Lets a config file in `root` import `glidepath`, as an installed package would be found. */
export function linkGlidepath(root: string): void {
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  symlinkSync(join(import.meta.dirname, '..', '..'), join(root, 'node_modules', 'glidepath'));
}
