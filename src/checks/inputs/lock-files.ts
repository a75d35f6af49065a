/**
 * Files that decide which versions of tools and packages a command meets, wherever below them it runs. Of each name the
 * nearest one counts, from the directory of a check up to the root.
 */
const LOCK_FILES: readonly string[] = [
  'package.json',
  'package-lock.json',
  'npm-shrinkwrap.json',
  'pnpm-lock.yaml',
  'pnpm-workspace.yaml',
  'yarn.lock',
  'bun.lock',
  'bun.lockb',
  'deno.lock',
  '.npmrc',
  '.yarnrc.yml',
  'mix.exs',
  'mix.lock',
  'Gemfile.lock',
  'composer.lock',
  'poetry.lock',
  'uv.lock',
  'go.sum',
  'Cargo.lock',
  '.tool-versions',
  'mise.toml',
  '.mise.toml',
  '.nvmrc',
  '.node-version',
  '.python-version',
  '.ruby-version',
  'rust-toolchain',
  'rust-toolchain.toml',
];

/** The manifest of a workspace stands at its root, and counts for every package besides its own. */
const ROOT_FILES: readonly string[] = ['package.json', 'pnpm-workspace.yaml'];

/** The lock files and files of tool versions that apply to a directory, of those that are there. */
export function lockFilesOf(directory: string, has: (path: string) => boolean): readonly string[] {
  const found = new Set<string>();
  for (const name of LOCK_FILES) {
    for (let at: string | null = directory; at !== null; at = parentOf(at)) {
      const path = at === '' ? name : `${at}/${name}`;
      if (!has(path)) continue;
      found.add(path);
      break;
    }
  }
  for (const name of ROOT_FILES) if (has(name)) found.add(name);
  return [...found];
}

function parentOf(directory: string): string | null {
  if (directory === '') return null;
  const slash = directory.lastIndexOf('/');
  return slash === -1 ? '' : directory.slice(0, slash);
}
