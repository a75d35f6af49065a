import { posix } from 'node:path';

/** Where a file of an app in an environment goes: a template of `files`, filled in. */
export function projectPath(
  template: string,
  names: { readonly environment: string; readonly app: string },
): string {
  return template.replaceAll('{environment}', names.environment).replaceAll('{app}', names.app);
}

/** A file of the project as it is named from the folder of another one. */
export function pathBeside(file: string, other: string): string {
  return posix.relative(posix.dirname(other), file);
}
