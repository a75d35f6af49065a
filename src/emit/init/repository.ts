import { posix } from 'node:path';

/** What `init` is told of a repository: everything it decides by. */
export interface Repository {
  /** The name of its folder. */
  readonly folder: string;
  /** Paths of its files from its root, with `/`. */
  readonly files: readonly string[];
  /** The texts of those that `tellsSomething`. */
  readonly texts: ReadonlyMap<string, string>;
  /** The address of the remote `origin`, or null. */
  readonly remote: string | null;
  /** Of this clone and of `origin`, without that name before them. */
  readonly branches: readonly string[];
  /** The branch that `origin` names as its main one, else the current one; null outside git. */
  readonly mainBranch: string | null;
}

/** Names of files whose text is looked into. */
const TELLING =
  /(^|\/)(package\.json|mix\.exs|next\.config\.[cm]?[jt]s|Dockerfile[^/]*|fly(\.[^/]+)?\.toml|vercel\.json)$|^yarn\.lock$|^\.github\/workflows\/[^/]+\.ya?ml$/;

/** Whether `init` wants the text of a file. */
export function tellsSomething(file: string): boolean {
  return TELLING.test(file);
}

/** The files that lie right in a folder; `''` is the root. */
export function filesIn({ files }: Repository, folder: string): string[] {
  return files.filter((file) => folderOf(file) === folder).map((file) => posix.basename(file));
}

/** The folder of a file; `''` is the root. */
export function folderOf(file: string): string {
  const folder = posix.dirname(file);
  return folder === '.' ? '' : folder;
}

/** A name as the config has them: small letters, digits, hyphens. Null when nothing is left of it. */
export function slugOf(text: string): string | null {
  const slug = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[^a-z]+|-+$/g, '');
  return slug === '' ? null : slug;
}
