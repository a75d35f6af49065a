import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ToolError } from '../diagnostics/tool-error.ts';

const CONFIG_FILE = 'glidepath.config.ts';

/** The config file that is meant: `file` when it is given, else the nearest one from `cwd` upwards. */
export function findConfig(options: { readonly cwd: string; readonly file?: string }): string {
  const { cwd, file } = options;
  if (file !== undefined) {
    const path = resolve(cwd, file);
    if (isFile(path)) return path;
    throw new ToolError('CONFIG_NOT_FOUND', `There is no file ${path}.`, {
      hint: 'Name the config file: --project path/to/glidepath.config.ts',
    });
  }
  let directory = resolve(cwd);
  for (;;) {
    const candidate = join(directory, CONFIG_FILE);
    if (isFile(candidate)) return candidate;
    const parent = dirname(directory);
    if (parent === directory) break;
    directory = parent;
  }
  throw new ToolError(
    'CONFIG_NOT_FOUND',
    `There is no ${CONFIG_FILE} in ${resolve(cwd)} or any folder above it.`,
    { hint: 'Write one: glidepath init. One that is elsewhere is named with --project.' },
  );
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}
