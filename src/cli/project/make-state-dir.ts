import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { stateDirOf } from './open-project.ts';

/**
 * Makes a folder for the state of a project, or of its local cloud, below `.glidepath`. That folder says by itself that
 * git leaves it alone: nobody has to think of it before the first `git add --all`. Throws STORE_UNREADABLE.
 */
export function makeStateDir(root: string, dir: string): void {
  const ignore = join(stateDirOf(root, false), '.gitignore');
  try {
    // Keys of the local cloud and what a secret is recognized by are below: nobody else reads them.
    mkdirSync(dirname(ignore), { recursive: true, mode: 0o700 });
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    if (!existsSync(ignore)) writeFileSync(ignore, '*\n');
  } catch (error) {
    throw new ToolError('STORE_UNREADABLE', `The state directory ${dir} cannot be made: ${String(error)}`, {
      hint: 'Make the project directory writable.',
      cause: error,
    });
  }
}
